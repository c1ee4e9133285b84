"""The Parquet dataset that ``candledesk export`` writes: its files, its manifest, and how a run is published."""
