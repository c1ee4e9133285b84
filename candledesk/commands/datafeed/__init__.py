"""The command about the UDF datafeed."""
