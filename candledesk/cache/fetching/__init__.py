"""From a missing span to requests and answers."""
