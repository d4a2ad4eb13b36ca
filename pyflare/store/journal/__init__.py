"""Append-only journals, one directory per writing process.

`format` lays out segments and frames, `losses` counts what was not kept,
`writer` is the hot path's end, `reader` finds and scans journals.
"""
