"""Pictures of charts: the action, and the dialog that says how large."""
