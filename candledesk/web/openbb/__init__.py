"""OpenBB Workspace: the list of widgets by which it shows the UDF datafeed."""
