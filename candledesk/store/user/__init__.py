"""User data in a file of its own, ``user.db``: drawings, watchlists, layouts and templates as JSON documents.

A commit is on the disk when it returns (``synchronous=FULL``), because user data, unlike bars, cannot be fetched again.
Plain functions on a standard-library connection; no thread is created here.
"""
