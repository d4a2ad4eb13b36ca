"""Where batches end: the journal of a folder, which is also the spool of every OTLP destination."""
