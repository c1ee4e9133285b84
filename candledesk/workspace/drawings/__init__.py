"""The drawings of a home: stored, changed and deleted by symbol."""
