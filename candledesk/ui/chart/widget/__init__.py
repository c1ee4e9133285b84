"""The chart as a widget: model, feed, gestures and the view."""
