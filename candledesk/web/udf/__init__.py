"""The UDF datafeed: the protocol by which charting libraries read symbols and bars over HTTP."""
