"""Corporate events of a chart as widgets and requests: their marks' words, their list, and what reads them."""
