"""Options that several commands of `pyflare drift` take."""

from __future__ import annotations

from typing import Annotated

import typer

Monitors = Annotated[list[str] | None, typer.Argument(help="Monitors by name; all that are declared without any.")]
Monitor = Annotated[str, typer.Argument(help="The monitor's name.")]
Column = Annotated[
    list[str] | None,
    typer.Option("--column", "-c", help="Compare this column, without a declared monitor; nothing is written down."),
]
Table = Annotated[str, typer.Option("--table", help="With --column: spans, traces, predictions, scores, embeddings.")]
Reference = Annotated[
    str | None,
    typer.Option(
        "--reference",
        help="With --column: how long the window before is. Without both, 7d and 1d, or what there is, divided.",
    ),
]
Current = Annotated[str | None, typer.Option("--current", help="With --column: how long the window is that ends now.")]
Known = Annotated[
    list[str] | None,
    typer.Option(
        "--known", help="With --column: the levels of this column are all known; one the reference lacks is an alarm."
    ),
]
Segment = Annotated[
    list[str] | None, typer.Option("--segment-by", help="With --column: compare each value of this column by itself.")
]
Now = Annotated[
    str | None, typer.Option("--now", help='The end of the current window: "1h" ago, or 2026-05-01T12:00 (UTC).')
]
