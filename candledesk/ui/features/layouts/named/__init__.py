"""Named layouts in the window: saved by hand and by themselves, opened, renamed, deleted, and brought back."""
