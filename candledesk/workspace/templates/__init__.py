"""Named settings that a person applies again."""
