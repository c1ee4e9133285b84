"""The values of indicators at stored bars, and the extremes of their lines for charts of many bars."""
