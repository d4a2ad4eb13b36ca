"""OTLP receivers: HTTP and gRPC, both encodings, each record checked by itself.

A receiver takes a `Consumer` and `Limits`, and nothing else of the process around it.
"""
