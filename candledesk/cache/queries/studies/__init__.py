"""Values of indicators at stored bars."""
