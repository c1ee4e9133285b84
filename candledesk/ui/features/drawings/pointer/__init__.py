"""What the mouse, a finger and the keys do to drawings on a chart."""
