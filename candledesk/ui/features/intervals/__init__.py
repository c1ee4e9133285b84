"""The intervals in the top bar."""
