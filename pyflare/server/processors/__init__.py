"""Consumers with another behind them, one module each."""
