"""The chart: pure modules (viewport, scales, ticks, layout, lod, frame, wants), then the Qt items that paint them."""
