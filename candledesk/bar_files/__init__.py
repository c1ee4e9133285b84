"""Files of bars from other programs: recognised by what is in them, never guessed where that leaves it open."""
