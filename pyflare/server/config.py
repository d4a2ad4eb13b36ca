"""What `pyflare serve` and `pyflare collector` can be told: one structure, with a default for everything.

The settings page of the docs is made from these structures, and `config_file` reads them from YAML.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

Action = Literal["allow", "mask", "hash", "redact"]
Rate = Annotated[float, Meta(ge=0.0, le=1.0)]
_Count = Annotated[int, Meta(ge=1)]
_Seconds = Annotated[float, Meta(gt=0.0)]


class _Section(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of the file. A key that is not known is an error."""


class CorsConfig(_Section, frozen=True, kw_only=True):
    """Which web pages may send telemetry from a browser."""

    allowed_origins: Annotated[
        tuple[str, ...], Meta(description='Origins such as `https://shop.example`; `"*"` for any. None by default.')
    ] = ()


class GrpcConfig(_Section, frozen=True, kw_only=True):
    """OTLP over gRPC."""

    endpoint: Annotated[str | None, Meta(description="Host and port to listen on; null for no gRPC.")] = (
        "127.0.0.1:4317"
    )
    max_recv_msg_size_mib: Annotated[_Count, Meta(description="The largest request, decompressed, in MiB.")] = 64
    max_concurrent_streams: Annotated[_Count, Meta(description="Requests under way at once on one connection.")] = 100


class HttpConfig(_Section, frozen=True, kw_only=True):
    """OTLP over HTTP."""

    endpoint: Annotated[
        str | None,
        Meta(description="Host and port to listen on; null for no HTTP, and no `/healthz` or `/metrics` either."),
    ] = "127.0.0.1:4318"
    max_body_size_mib: Annotated[_Count, Meta(description="The largest request, decompressed, in MiB.")] = 64
    cors: CorsConfig = CorsConfig()


class OtlpConfig(_Section, frozen=True, kw_only=True):
    """The receivers."""

    grpc: GrpcConfig = GrpcConfig()
    http: HttpConfig = HttpConfig()


class BatcherConfig(_Section, frozen=True, kw_only=True):
    """Small requests are stored together. Each is acknowledged when all of them are stored.

    Left out, each request is stored by itself: appending is cheap, and readers join requests when they
    decode them. Worth it with `fsync`, where one wait for the disk then serves many requests.
    """

    max_batch_size: Annotated[_Count, Meta(description="Records that are enough, so that nothing is waited for.")] = (
        1000
    )
    timeout_ms: Annotated[
        Annotated[float, Meta(ge=0.0)],
        Meta(description="How long the first request waits for others, in milliseconds."),
    ] = 100.0
    max_queue_size: Annotated[
        _Count, Meta(description="Records waiting at once; beyond it senders are told to come again.")
    ] = 10_000


class AttributeCondition(_Section, frozen=True, kw_only=True):
    """An attribute that a span or its resource must have."""

    key: Annotated[str, Meta(description="The attribute's name.")]
    value: Annotated[str | bool | int | float, Meta(description="Its value, of the same type.")]


class SamplingRuleConfig(_Section, frozen=True, kw_only=True):
    """A rate for some traces. The first rule that fits a span decides on it."""

    rate: Annotated[Rate, Meta(description="The share that is kept, 0 to 1.")]
    service: Annotated[str | None, Meta(description="The service's name.")] = None
    attribute: Annotated[
        AttributeCondition | None, Meta(description="`key` and `value` of an attribute of the span or its resource.")
    ] = None


class TailConfig(_Section, frozen=True, kw_only=True):
    """Decide on whole traces, some time after their first span came.

    Every request is stored at once; the spans of a refused trace are taken out when it has been decided on.
    Needs one process: the spans of a trace may reach any of several workers.
    """

    wait_s: Annotated[
        _Seconds, Meta(description="How long after its first span a trace is decided on, in seconds.")
    ] = 10.0
    keep_errors: Annotated[bool, Meta(description="Keep every trace with a failed span.")] = True
    slower_than_s: Annotated[
        _Seconds | None, Meta(description="Keep every trace that took so many seconds or more.")
    ] = None
    rare_per_hour: Annotated[
        Annotated[int, Meta(ge=0)],
        Meta(description="Keep the first so many traces of each operation in each hour: rare ones are all kept."),
    ] = 0
    rate: Annotated[Rate, Meta(description="The share of all other traces that is kept, 0 to 1.")] = 0.1
    services: Annotated[
        dict[str, Rate], Meta(description="That share for single services, by the name of the trace's root.")
    ] = {}
    max_traces: Annotated[
        _Count, Meta(description="Traces waited for at once; beyond it the oldest are decided on early.")
    ] = 50_000


class SamplingConfig(_Section, frozen=True, kw_only=True):
    """Which traces are kept. Metrics and logs all are."""

    default_rate: Annotated[Rate, Meta(description="The share of traces that is kept where no rule fits, 0 to 1.")] = (
        1.0
    )
    rules: Annotated[tuple[SamplingRuleConfig, ...], Meta(description="Rates for some traces, see below.")] = ()
    tail: Annotated[TailConfig | None, Meta(description="Deciding on whole traces, see below; null for no.")] = None


class EnrichConfig(_Section, frozen=True, kw_only=True):
    """Attributes for every resource that does not have them."""

    host: Annotated[bool, Meta(description="Whether to add `host.name`, this machine's.")] = False
    version: Annotated[str | None, Meta(description="`service.version`.")] = None
    environment: Annotated[str | None, Meta(description="`deployment.environment.name`.")] = None
    attributes: Annotated[dict[str, str | bool | int | float], Meta(description="Any others.")] = {}


class RedactConfig(_Section, frozen=True, kw_only=True):
    """What is hidden before anything is written: the redaction of `pyflare.init`."""

    patterns: Annotated[
        Literal["all"] | tuple[str, ...], Meta(description='Names of patterns, such as `[mail, card]`, or `"all"`.')
    ] = "all"
    custom: Annotated[dict[str, str], Meta(description="Further regular expressions, by name.")] = {}
    action: Annotated[Action, Meta(description="`mask`, `hash`, `redact` or `allow`.")] = "mask"
    actions: Annotated[dict[str, Action], Meta(description="The same for single patterns.")] = {}
    fields: Annotated[dict[str, Action], Meta(description="The same by field, such as `attributes.http.*`.")] = {}
    hash_key_env: Annotated[str | None, Meta(description="The environment variable that holds the key of `hash`.")] = (
        None
    )
    metrics_only: Annotated[bool, Meta(description="Whether to keep no content at all.")] = False


class RateLimitConfig(_Section, frozen=True, kw_only=True):
    """How much each sender may send: by API key where there is one, else by address."""

    records_per_s: Annotated[
        Annotated[float, Meta(gt=0.0)], Meta(description="Spans, data points and log records a second.")
    ]
    burst: Annotated[_Count | None, Meta(description="Records at once; ten seconds' worth if left out.")] = None


class StoreConfig(_Section, frozen=True, kw_only=True):
    """The folder that keeps what comes."""

    project: Annotated[str, Meta(description="The project that rows belong to.")] = "default"
    fsync: Annotated[
        bool,
        Meta(
            description="Whether to wait for the disk itself before acknowledging. Without it a power cut may lose "
            "the last seconds; a killed process loses nothing either way."
        ),
    ] = False
    keep: Annotated[str | None, Meta(description='How long rows are kept, such as "30d"; for ever if left out.')] = None
    compact_after_mib: Annotated[
        Annotated[int, Meta(ge=0)], Meta(description="MiB of sealed journal that start a compaction; 0 for none.")
    ] = 128


class ForwardConfig(_Section, frozen=True, kw_only=True):
    """An OTLP backend that everything is passed on to. The journal is the spool: it may be down for days."""

    endpoint: Annotated[str, Meta(description="Such as `https://collector:4318`.")]
    protocol: Annotated[Literal["http/protobuf", "grpc"], Meta(description="`http/protobuf` or `grpc`.")] = (
        "http/protobuf"
    )
    headers: Annotated[dict[str, str], Meta(description="Headers, for a token. `${NAME}` stands for a variable.")] = {}
    compression: Annotated[Literal["gzip", "none"], Meta(description="`gzip` or `none`.")] = "gzip"
    timeout_s: Annotated[_Seconds, Meta(description="How long one export may take, in seconds.")] = 10.0
    certificate_file: Annotated[str | None, Meta(description="Authorities to trust, PEM.")] = None
    client_certificate_file: Annotated[str | None, Meta(description="A certificate of our own, PEM.")] = None
    client_key_file: Annotated[str | None, Meta(description="Its key, PEM.")] = None


class SinksConfig(_Section, frozen=True, kw_only=True):
    """Where batches go. A request is acknowledged when the journal has it, for all of them at once."""

    store: Annotated[StoreConfig | None, Meta(description="The folder; null to keep nothing.")] = StoreConfig()
    forward: Annotated[tuple[ForwardConfig, ...], Meta(description="OTLP backends, see below.")] = ()
    max_backlog_mib: Annotated[
        _Count,
        Meta(
            description="MiB of journal that wait to be compacted, or to be passed on where nothing is kept; beyond it senders are "
            "told to come again."
        ),
    ] = 8192


class CollectorConfig(_Section, frozen=True, kw_only=True):
    """The whole of it."""

    otlp: OtlpConfig = OtlpConfig()
    batcher: Annotated[BatcherConfig | None, Meta(description="Joining small requests, see below; null for no.")] = None
    sampling: SamplingConfig = SamplingConfig()
    enrich: EnrichConfig = EnrichConfig()
    redact: Annotated[RedactConfig | None, Meta(description="Hiding content, see below; null for no.")] = None
    rate_limit: Annotated[RateLimitConfig | None, Meta(description="A limit for each sender; null for none.")] = None
    sinks: SinksConfig = SinksConfig()
    workers: Annotated[_Count, Meta(description="Processes that share the ports, each with a journal of its own.")] = 1
    kafka: Annotated[Any, Meta(description="Not there yet: a later PyFlare will produce to Kafka.")] = None


class ConfigFile(_Section, frozen=True, kw_only=True):
    """A configuration file: everything stands under `collector`."""

    collector: CollectorConfig = CollectorConfig()
