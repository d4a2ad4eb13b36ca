"""The record types and tables of PyFlare, defined once.

`columns` says what a column and a table are, `tables` lists them, `records`
lays out what a process writes to its journal, `arrow` and `sql` turn the tables
into pyarrow schemas and DuckDB views.
"""
