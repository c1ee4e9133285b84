"""The desktop window: a door to the cache that knows neither the store nor the provider."""
