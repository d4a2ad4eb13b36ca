"""OpenTelemetry's environment variables, read where PyFlare's own are not set.

Values that PyFlare cannot use are passed over: the variables may be meant for
another library. `OTEL_EXPORTER_OTLP_ENDPOINT` is left out on purpose: PyFlare
opens no socket that nobody asked it to open.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from pyflare.config.kinds import parse_pairs

Reader = Callable[[str, Mapping[str, str], Mapping[str, object]], object | None]
"""From the variable's text, the environment and the settings found so far to a value, or None."""

_RATIO_SAMPLERS: Final = frozenset({"traceidratio", "parentbased_traceidratio"})
_SERVICE_NAME: Final = "service.name"
_ENVIRONMENT_NAMES: Final = ("deployment.environment.name", "deployment.environment")
_SETTINGS_OF_THEIR_OWN: Final = frozenset({_SERVICE_NAME, *_ENVIRONMENT_NAMES})
_OTLP_ENDPOINTS: Final = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")


class Alias(NamedTuple):
    """A variable that also sets a setting."""

    variable: str
    read: Reader
    note: str = ""
    """When or how it counts, for the documentation."""


def _as_it_is(text: str, _environ: Mapping[str, str], _settled: Mapping[str, object]) -> object:
    return text


def _unless_true(text: str, _environ: Mapping[str, str], _settled: Mapping[str, object]) -> object:
    return text.strip().lower() != "true"


def _of_ratio_sampler(text: str, environ: Mapping[str, str], _settled: Mapping[str, object]) -> object | None:
    return text if environ.get("OTEL_TRACES_SAMPLER", "").strip().lower() in _RATIO_SAMPLERS else None


def _of_same_endpoint(text: str, environ: Mapping[str, str], settled: Mapping[str, object]) -> object | None:
    """Credentials go nowhere but to the endpoint they were meant for."""
    meant_for = {environ[name] for name in _OTLP_ENDPOINTS if environ.get(name)}
    return text if not meant_for or settled.get("endpoint") in meant_for else None


def _other_resource_attributes(text: str, _environ: Mapping[str, str], _settled: Mapping[str, object]) -> object:
    """Without those that are settings of their own, and may have been set by an argument."""
    return {name: value for name, value in parse_pairs(text).items() if name not in _SETTINGS_OF_THEIR_OWN}


def _resource_attribute(*names: str) -> Reader:
    def read(text: str, _environ: Mapping[str, str], _settled: Mapping[str, object]) -> object | None:
        pairs = parse_pairs(text)
        return next((pairs[name] for name in names if pairs.get(name)), None)

    return read


def plain(*variables: str) -> tuple[Alias, ...]:
    """Aliases whose text is the setting's."""
    return tuple(Alias(variable, _as_it_is) for variable in variables)


def _meant_for_the_endpoint(name: str) -> tuple[Alias, ...]:
    """Aliases of a credential."""
    return tuple(
        Alias(
            f"OTEL_EXPORTER_OTLP_{signal}{name}",
            _of_same_endpoint,
            "unless OpenTelemetry's own endpoint is another one",
        )
        for signal in ("TRACES_", "")
    )


SERVICE: Final = (
    *plain("OTEL_SERVICE_NAME"),
    Alias("OTEL_RESOURCE_ATTRIBUTES", _resource_attribute(_SERVICE_NAME), "its service.name"),
)
ENVIRONMENT: Final = (
    Alias("OTEL_RESOURCE_ATTRIBUTES", _resource_attribute(*_ENVIRONMENT_NAMES), "its deployment.environment.name"),
)
RESOURCE: Final = (
    Alias(
        "OTEL_RESOURCE_ATTRIBUTES",
        _other_resource_attributes,
        "without its service.name and deployment.environment.name",
    ),
)
PROTOCOL: Final = plain("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
COMPRESSION: Final = plain("OTEL_EXPORTER_OTLP_TRACES_COMPRESSION", "OTEL_EXPORTER_OTLP_COMPRESSION")
HEADERS: Final = _meant_for_the_endpoint("HEADERS")
CERTIFICATE: Final = plain("OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE", "OTEL_EXPORTER_OTLP_CERTIFICATE")
CLIENT_CERTIFICATE: Final = _meant_for_the_endpoint("CLIENT_CERTIFICATE")
CLIENT_KEY: Final = _meant_for_the_endpoint("CLIENT_KEY")
SAMPLE_RATE: Final = (
    Alias("OTEL_TRACES_SAMPLER_ARG", _of_ratio_sampler, "where OTEL_TRACES_SAMPLER is a traceidratio one"),
)
ENABLED: Final = (Alias("OTEL_SDK_DISABLED", _unless_true, "inverted"),)
