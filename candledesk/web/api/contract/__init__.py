"""What a route declares, and what follows from it: validation, JSON, the OpenAPI document, the page for people."""
