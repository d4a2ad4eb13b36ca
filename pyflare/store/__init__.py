"""The folder: journals that processes write, parts that a compaction makes, and how both are read."""
