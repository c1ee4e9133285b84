"""Drawings on charts: their model, tools, anchors, figures, hit test, commands and JSON form. Pure: no Qt, no I/O."""
