"""The SQLite store: plain functions on a standard-library connection; no thread is created here.

One writer connection owns every change and every checkpoint; readers are ``query_only``. Failures of the machine
(disk full, locked, read-only, damaged) leave as ``EnvironmentFaultError``; every other SQLite error is our bug.
"""

from sqlite3 import Connection

__all__ = ["Connection"]
