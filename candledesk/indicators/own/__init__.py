"""Own indicators: how the declaration of a person's file is checked, and which are declared in this process."""
