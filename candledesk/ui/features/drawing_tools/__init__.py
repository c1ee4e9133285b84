"""What a person sees of drawing besides the chart: tools in the rail, the style bar, settings, menus and the bin."""
