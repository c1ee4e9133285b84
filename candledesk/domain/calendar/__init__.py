"""Sessions of venues and what follows from them: weeks, periods, due times, countdowns. Pure."""
