"""The object tree: everything that the active chart draws, by panes and in the order of painting."""
