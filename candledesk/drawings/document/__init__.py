"""The JSON form of drawings: ``candledesk.drawings/1``, and the forms of other charts that can be read."""
