"""The Storage page: what the files of the home take, backups, checks, and removing what is not needed."""
