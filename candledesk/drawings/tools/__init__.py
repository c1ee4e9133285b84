"""The drawing tools, one file each; the registry lists them."""
