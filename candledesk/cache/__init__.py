"""The cache controller: what is stored is answered at once, what is missing is planned, fetched, stored and told."""
