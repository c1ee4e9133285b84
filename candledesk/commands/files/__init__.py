"""The commands about the files of a home: backups, sizes, and giving room back."""
