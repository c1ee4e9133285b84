"""What a person can do in the window besides its panels: one module per feature, and the registry of all."""
