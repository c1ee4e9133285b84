"""The job panel and the form that starts backfills."""
