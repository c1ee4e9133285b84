"""What a shell needs of the command line: completion scripts and the manual page, both made from its parser."""
