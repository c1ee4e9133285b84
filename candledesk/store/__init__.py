"""The SQLite store: plain functions on a standard-library connection; no thread is created here.

One connection makes every change and every checkpoint; readers are ``query_only``. Faults of the environment (disk
full, file locked, read-only or damaged) are raised as ``EnvironmentFaultError``; any other SQLite error is a bug.
"""

from sqlite3 import Connection

__all__ = ["Connection"]
