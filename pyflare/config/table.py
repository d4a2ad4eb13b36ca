"""The one table of settings. The documentation's page is made from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any, Final

from pyflare.config import aliases, kinds
from pyflare.config.aliases import Alias
from pyflare.config.kinds import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One row of the table."""

    name: str
    kind: Kind
    default: object
    doc: str
    aliases: tuple[Alias, ...] = ()
    secret: bool = False
    """Whether the value is kept out of messages and of `repr`."""
    merged: bool = False
    """Whether a mapping from a source of less weight fills in the names that a weightier one leaves out."""

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return f"PYFLARE_{self.name.upper()}"


def _setting(
    default: object,
    kind: Kind,
    doc: str,
    *,
    aliases: tuple[Alias, ...] = (),
    secret: bool = False,
    merged: bool = False,
) -> Any:
    metadata = {"kind": kind, "doc": doc, "aliases": aliases, "secret": secret, "merged": merged}
    if isinstance(default, dict):
        return field(default_factory=dict, repr=not secret, metadata=metadata)
    return field(default=default, repr=not secret, metadata=metadata)


_COUNT: Final = kinds.integer(minimum=0)
_POSITIVE: Final = kinds.integer(minimum=1)
_SECONDS: Final = kinds.number(minimum=0, above=True)
_RATE: Final = kinds.number(minimum=0, maximum=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What `pyflare.init` runs with. Made by `resolve`; each field is documented in the settings reference."""

    enabled: bool = _setting(
        True,
        kinds.BOOLEAN,
        "Whether anything is recorded. When off, decorated functions run as if they were not decorated.",
        aliases=aliases.ENABLED,
    )

    service: str = _setting(
        "unknown_service",
        kinds.TEXT,
        "The program's name: OpenTelemetry's `service.name`.",
        aliases=aliases.SERVICE,
    )
    project: str = _setting("default", kinds.TEXT, "The project, or tenant, that the spans belong to.")
    environment: str | None = _setting(
        None,
        kinds.TEXT,
        "Where the program runs, such as `production`.",
        aliases=aliases.ENVIRONMENT,
    )
    resource: Mapping[str, Any] = _setting(
        {},
        kinds.ATTRIBUTES,
        "More OpenTelemetry resource attributes of the process. Sources are merged, name by name.",
        aliases=aliases.RESOURCE,
        merged=True,
    )

    path: Path | None = _setting(
        None,
        kinds.FOLDER,
        "The folder that keeps the traces. By default `.pyflare` in the working directory. Where only an endpoint "
        "is given, that folder is just the spool of what has not been shipped yet: name a path to keep the traces too.",
    )
    keep: str | None = _setting(
        None,
        kinds.DURATION,
        "How long spans are kept: the compactions that this program starts delete older ones. By default for ever.",
    )
    compaction: str = _setting(
        "auto",
        kinds.choice("auto", "off"),
        "`auto` starts a child process that compacts when enough sealed journal lies around; "
        "`off` leaves compaction to readers and `pyflare gc`.",
    )
    compact_after_bytes: int = _setting(
        128 * 1024 * 1024, _POSITIVE, "How many bytes of sealed journal are enough to start a compaction."
    )
    sync_on_flush: bool = _setting(
        True,
        kinds.BOOLEAN,
        "Whether `pyflare.flush` waits until the disk itself has the spans. Without it a power cut may lose "
        "the last seconds; a killed process loses nothing either way.",
    )
    shutdown_timeout_s: float = _setting(
        1.5, kinds.number(minimum=0), "How long shipping may hold up the end of the program, in seconds."
    )

    endpoint: str | None = _setting(
        None,
        kinds.URL,
        "The OTLP collector that spans are shipped to. `OTEL_EXPORTER_OTLP_ENDPOINT` does not count: "
        "PyFlare opens no socket that it was not asked to open.",
    )
    protocol: str = _setting(
        "http/protobuf",
        kinds.choice("http/protobuf", "grpc"),
        "How spans are shipped. `grpc` needs the extra `grpc`.",
        aliases=aliases.PROTOCOL,
    )
    headers: Mapping[str, str] = _setting(
        {},
        kinds.TEXTS,
        "Headers sent with each export, such as an API key. Never shown or stored.",
        aliases=aliases.HEADERS,
        secret=True,
    )
    compression: str = _setting(
        "gzip", kinds.choice("gzip", "none"), "How exports are compressed.", aliases=aliases.COMPRESSION
    )
    certificate_file: str | None = _setting(
        None,
        kinds.TEXT,
        "A file with the certificates of the authorities that the collector's is checked by, in PEM, instead of the system's.",
        aliases=aliases.CERTIFICATE,
    )
    client_certificate_file: str | None = _setting(
        None,
        kinds.TEXT,
        "A file with the certificate that this program shows the collector, in PEM.",
        aliases=aliases.CLIENT_CERTIFICATE,
    )
    client_key_file: str | None = _setting(
        None, kinds.TEXT, "A file with that certificate's private key, in PEM.", aliases=aliases.CLIENT_KEY
    )
    timeout_s: float = _setting(10.0, _SECONDS, "How long one export may take, in seconds.")
    ship_interval_s: float = _setting(1.0, _SECONDS, "How often spans are shipped, in seconds.")
    ship_batch_spans: int = _setting(512, _POSITIVE, "At most how many spans go into one export.")
    spool_limit_bytes: int | None = _setting(
        None,
        _POSITIVE,
        "How large the spool of this process may grow where there is an endpoint and no path. Beyond it new spans are "
        "dropped, and counted. By default as large as the disk allows.",
    )

    content: str = _setting(
        "full",
        kinds.choice("full", "metrics-only"),
        "`metrics-only` keeps no content: no inputs, outputs, messages, chunks, exception messages or stack traces; "
        "names, times, counts, statuses and ids remain.",
    )
    capture_input: bool = _setting(True, kinds.BOOLEAN, "Whether arguments are captured, unless a call says otherwise.")
    capture_output: bool = _setting(True, kinds.BOOLEAN, "Whether results are captured, unless a call says otherwise.")
    capture_stack_traces: bool = _setting(True, kinds.BOOLEAN, "Whether exceptions keep their stack trace.")
    redact: tuple[str, ...] = _setting(
        (),
        kinds.NAMES,
        "Patterns of private data that are removed before anything is written or sent; `all` for every one.",
    )
    inline_limit_bytes: int = _setting(
        8192, _COUNT, "Content longer than this goes to `payloads`, once; the span keeps a preview."
    )
    content_limit_bytes: int = _setting(
        1024 * 1024, _POSITIVE, "Content longer than this is shortened, and the loss is counted."
    )
    max_depth: int = _setting(12, _POSITIVE, "How deep captured values are followed into containers and objects.")
    max_items: int = _setting(1000, _POSITIVE, "How many items of each container are captured.")
    max_attributes: int = _setting(128, _COUNT, "How many attributes a span keeps.")
    attribute_limit_bytes: int = _setting(16384, _POSITIVE, "The longest value an attribute keeps.")
    max_events: int = _setting(128, _COUNT, "How many events, and how many links, a span keeps.")
    max_chunks: int = _setting(1000, _COUNT, "How many chunks of a stream are kept; all are counted.")

    sample_rate: float = _setting(
        1.0,
        _RATE,
        "Head sampling: the share of traces that are recorded, decided by trace id.",
        aliases=aliases.SAMPLE_RATE,
    )
    tail_slower_than_s: float | None = _setting(
        None,
        kinds.number(minimum=0),
        "Tail sampling: traces that took at least this long are kept, as are those with errors.",
    )
    tail_rate: float | None = _setting(
        None,
        _RATE,
        "Tail sampling: the share kept of the traces that are neither slow nor failed. "
        "0 where only `tail_slower_than_s` is set. Tail sampling is on when either is set.",
    )

    prediction_rows: int = _setting(
        100,
        _COUNT,
        "At most how many rows of one call of an instrumented classic model become records of `predictions`. Of more "
        "rows a simple random sample is taken, and each record carries the share as `pyflare.sample_rate`.",
    )
    capture_embeddings: bool = _setting(
        False, kinds.BOOLEAN, "Whether the vectors that an instrumented model computes are kept in `embeddings`."
    )

    http_user_header: str | None = _setting(
        None,
        kinds.TEXT,
        "The header of a web application's requests that names the user. Set it where a proxy of yours writes that "
        "header: what any client may send says nothing.",
    )
    http_session_header: str | None = _setting(
        None, kinds.TEXT, "The header of a web application's requests that names the session."
    )
    http_continue_traces: bool = _setting(
        True,
        kinds.BOOLEAN,
        "Whether a web application's requests continue the trace that they name (`traceparent`). Off, each request "
        "begins one: for applications that anybody may call.",
    )
    http_skip_paths: tuple[str, ...] = _setting(
        (), kinds.NAMES, "Paths of a web application that are not traced, such as `/health`; `*` stands for anything."
    )
    http_capture_bodies: bool = _setting(
        False, kinds.BOOLEAN, "Whether the bodies of a web application's requests and responses are captured."
    )
    http_propagate_hosts: tuple[str, ...] = _setting(
        ("*",),
        kinds.NAMES,
        "Hosts that instrumented HTTP clients tell the current trace to (`traceparent`), such as `*.internal`; "
        "`none` for no host.",
    )
    http_client_spans: bool = _setting(
        False, kinds.BOOLEAN, "Whether requests of instrumented HTTP clients are spans of their own."
    )


SETTINGS: Final = {
    spec.name: Setting(
        name=spec.name,
        default=spec.default if spec.default_factory is MISSING else spec.default_factory(),
        **spec.metadata,
    )
    for spec in fields(Settings)
}
"""Every setting by name."""

FILE_TABLES: Final = frozenset({"budgets", "drift", "prices"})
"""What a settings file may hold beside settings; whoever it is for reads it: budgets (`pyflare.tracing.budgets`),
drift monitors (`pyflare.workspace.drift`), own prices of models (`pyflare.pricing`)."""
