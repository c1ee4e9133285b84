"""The tables of the Storage page: stored series and backups."""
