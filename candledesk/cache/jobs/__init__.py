"""Jobs: submitted, queued in the database, run a few at a time, waited for."""
