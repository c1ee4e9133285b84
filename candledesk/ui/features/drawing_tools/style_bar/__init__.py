"""The bar that is shown while drawings are selected."""
