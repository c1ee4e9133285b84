"""The menu of what lies under the pointer."""
