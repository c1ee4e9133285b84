"""The JSON API: one file per resource, and the declarations that describe them."""
