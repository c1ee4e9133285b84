"""What answers and imported files change in the database, each in one transaction."""
