"""The desktop window: shell, features, panels, charts and theme."""
