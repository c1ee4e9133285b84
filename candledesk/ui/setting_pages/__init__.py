"""Parts that the settings of indicators and of drawings are made of."""
