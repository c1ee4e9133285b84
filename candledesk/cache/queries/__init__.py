"""Requests to the cache: viewports, bars of spans, searches and estimates."""
