"""``candledesk doctor``: checks the installation, the databases and the connection, and repairs damage."""
