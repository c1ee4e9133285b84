"""What a person made, in its own file ``user.db``: drawings, watchlists, layouts and templates as JSON documents.

A commit is on the disk when it returns (``synchronous=FULL``): unlike bars, none of this can be fetched again. Plain
functions on a standard-library connection; no thread is created here.
"""
