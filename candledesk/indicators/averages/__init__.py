"""Moving averages on the price."""
