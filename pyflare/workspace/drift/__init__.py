"""Drift monitors on a folder."""
