"""The layers that belong to panes as such: their buttons, and where a dragged one lands."""
