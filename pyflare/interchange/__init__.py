"""Files and streams of other programs, in and out: OTLP, Parquet, JSON lines, other tools' exports."""
