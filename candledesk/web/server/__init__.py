"""The checks of every request before it reaches a route, and the forms of answers that all routes share."""
