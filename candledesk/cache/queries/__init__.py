"""Questions to the cache: charts, scripts, search and estimates."""
