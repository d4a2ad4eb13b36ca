"""The page of the filter language; its tables are made from the fields and their operators."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pyflare.store.language import FIELDS, Field
from pyflare.store.language.fields import OPERATORS

_INTRODUCTION: Final = """\
# Filter language

One text that says which traces or spans are meant:

```text
model = gpt-4o and latency > 2s and text ~ "refund"
```

It is what the viewer's filter box takes, what the API takes as `filter`, `Workspace.traces(where=…)`, `.spans(where=…)` and `.stream(…, where=…)` in Python, and `pyflare traces FILTER`, `pyflare tail --where` and `pyflare export --where` on the command line.

## How it is written

| Written | Means |
| --- | --- |
| `model = gpt-4o` | the value is this one |
| `model != gpt-4o` | all others, those without a value too |
| `name ~ search`, `name !~ search` | the value holds the text, in whatever case; or does not |
| `latency > 2s`, `>=`, `<`, `<=` | more or less than that |
| `status in (ok, unset)`, `not in` | any of them; or none |
| `user exists`, `user is missing` | there is a value; or there is none |
| `a and b`, `a or b`, `not a`, `( … )` | `and` binds closer than `or`, and may be left out |
| `refund`, `"late refund"` | a word or a quoted text alone: the text of what went in or came out |

- A value needs quotes where it holds a space, a bracket, a comma, a quote or one of `= ! ~ < >`, or is one of the words `and or not in is exists missing`. Within quotes, `\\"` is a quote and `\\\\` a backslash; `'…'` does as well as `"…"`.
- Names of fields may be written in capitals. Several have other names, which are in the table.
- Durations have a unit: `ns`, `us`, `ms`, `s`, `m`, `h`, `d`. Numbers may end in `k`, `m` (million) or `b`. Money is in US dollars, with or without `$`.
- Times are UTC, as `2026-05-01T12:00`, or how long ago: `started > 2h` is what began in the last two hours.
- 32 hex digits alone are a trace's id, and 16 a span's.
- What is left out by a negation (`!=`, `!~`, `not in`, `is missing`, `not`) is exactly what the affirmation finds. So `user != ann` finds what has no user, too.

A text that cannot be read is an error that says where, and what was probably meant: *traces have no field "modl". Hint: did you mean "model"?*

## Traces and their spans

A filter of traces may ask for what only spans have: their kind, tool, provider, attributes, text. It is met by a trace with **at least one span** that meets it. Two such conditions need not be met by the same span: `tool = search and error = Timeout` finds a trace in which a search succeeded and something else timed out. For both of one span, filter spans.

Accordingly `tool != search` finds the traces in which no span called that tool.

`model` of a trace is any of the models it called. Its `status`, `name` and `latency` are its root's and its own, not those of its spans; `errors > 0` finds traces in which any span failed.

`attributes.key` compares a span's attribute. Its values are text; compared with an unquoted number, the same number written otherwise is found too (`attributes.retries = 3` finds `3.0`), and with `>` and the like those that are numbers. A key with spaces or signs in it stands in quotes: `attributes."my key"`.

`score.name` compares the latest score of that name from each source; of traces, those given to the trace or to any of its spans. A number is compared with its value, a word with its label.

## Operators by type
"""


def render_filters() -> str:
    """The whole page."""
    return "\n".join([_INTRODUCTION, *_operators(), "", *_fields()])


def _operators() -> Iterator[str]:
    yield "| Type | Operators |"
    yield "| --- | --- |"
    for type, operators in OPERATORS.items():
        yield f"| {type.value} | {' '.join(f'`{operator}`' for operator in operators)} |"
    yield "| attributes, resource, score | all of them |"


def _fields() -> Iterator[str]:
    spans = {field.name: field for field in FIELDS["spans"]}
    traces = {field.name: field for field in FIELDS["traces"]}
    yield "## Fields of traces and of spans\n"
    yield from _table([field for name, field in traces.items() if name in spans])
    yield "## Fields of traces alone\n"
    yield from _table([field for name, field in traces.items() if name not in spans])


def _table(fields: list[Field]) -> Iterator[str]:
    yield "| Field | Type | What it is | Also written |"
    yield "| --- | --- | --- | --- |"
    for field in fields:
        also = ", ".join(f"`{alias}`" for alias in field.aliases)
        yield f"| `{field.name}` | {field.type.value} | {field.doc} | {also} |"
    yield ""
