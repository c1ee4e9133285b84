"""The desktop window: shell, features, panels, charts and theme. It imports neither the store nor a provider."""
