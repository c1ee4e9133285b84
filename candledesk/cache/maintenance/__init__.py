"""Long tasks of the process that owns the database: one at a time, with progress, each can be cancelled."""
