"""The processes that listen: OTLP receivers, processors and sinks, joined by one function.

A receiver makes a `Batch` of each request and hands it to a `Consumer`. A
processor is a consumer with another behind it, a sink is one with none.
"""
