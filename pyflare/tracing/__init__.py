"""Tracing: the decorator, spans, their context, and how they reach the journal."""
