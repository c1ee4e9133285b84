"""The settings of drawings."""
