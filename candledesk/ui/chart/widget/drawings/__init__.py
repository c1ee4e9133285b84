"""What brings drawings to a chart."""
