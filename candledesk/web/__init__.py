"""The loopback server: the browser chart and the JSON API over the cache, closed to every page that is not ours."""
