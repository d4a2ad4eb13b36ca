"""Which value of a setting counts, and what happens to values that cannot be used."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from pathlib import Path

import pytest

import pyflare
from pyflare.config import SETTINGS, Settings, resolve
from pyflare.config.kinds import duration_s
from pyflare.config.resolution import resolve_from
from pyflare.errors import ConfigError

Resolve = Callable[..., Settings]


@pytest.fixture
def resolved(tmp_path: Path) -> Resolve:
    """Resolve in an empty directory, from the given arguments and environment only."""

    def run(environ: dict[str, str] | None = None, **arguments: object) -> Settings:
        return resolve_from(arguments, environ=environ or {}, directory=tmp_path)

    return run


def test_defaults(resolved: Resolve) -> None:
    """With nothing said anywhere, every setting has the default of the table."""
    settings = resolved()
    assert {name: getattr(settings, name) for name in SETTINGS} == {s.name: s.default for s in SETTINGS.values()}


def test_precedence(resolved: Resolve, tmp_path: Path) -> None:
    """An argument beats the environment, which beats an alias, which beats the file, which beats the default."""
    (tmp_path / "pyflare.toml").write_text('[pyflare]\nservice = "from-file"\n')
    assert resolved().service == "from-file"
    environ = {"OTEL_SERVICE_NAME": "from-alias"}
    assert resolved(environ).service == "from-alias"
    environ["PYFLARE_SERVICE"] = "from-environment"
    assert resolved(environ).service == "from-environment"
    assert resolved(environ, service="from-argument").service == "from-argument"


def test_not_given(resolved: Resolve) -> None:
    """An argument that is None and a variable that is empty are as if not given."""
    assert resolved({"PYFLARE_SERVICE": "", "OTEL_SERVICE_NAME": "named"}, service=None).service == "named"


def test_resolve_reads_the_process(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """`resolve` looks at this process' environment and working directory when it is called."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYFLARE_SAMPLE_RATE", "0.25")
    (tmp_path / "pyflare.toml").write_text("[pyflare]\nmax_depth = 3\n")
    settings = resolve(project="p")
    assert (settings.project, settings.sample_rate, settings.max_depth) == ("p", 0.25, 3)


def test_path(resolved: Resolve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A path is made absolute at once, so that a program may change its directory."""
    monkeypatch.chdir(tmp_path)
    assert resolved(path="traces").path == tmp_path / "traces"
    assert resolved(path="~/traces").path == Path.home() / "traces"


def test_resource_is_merged(resolved: Resolve, tmp_path: Path) -> None:
    """Resource attributes of all sources come together, and the weightier source wins a name."""
    (tmp_path / "pyflare.toml").write_text('[pyflare.resource]\nhost = "file"\nzone = "a"\n')
    settings = resolved({"OTEL_RESOURCE_ATTRIBUTES": "host=alias,pod=p%2C1"}, resource={"replica": 3})
    assert settings.resource == {"host": "alias", "zone": "a", "pod": "p,1", "replica": 3}


@pytest.mark.parametrize(
    ("environ", "name", "expected"),
    [
        ({"OTEL_RESOURCE_ATTRIBUTES": "service.name=bot"}, "service", "bot"),
        ({"OTEL_RESOURCE_ATTRIBUTES": "service.name=bot", "OTEL_SERVICE_NAME": "named"}, "service", "named"),
        ({"OTEL_RESOURCE_ATTRIBUTES": "deployment.environment.name=prod"}, "environment", "prod"),
        ({"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, "protocol", "grpc"),
        ({"OTEL_EXPORTER_OTLP_COMPRESSION": "none"}, "compression", "none"),
        ({"OTEL_EXPORTER_OTLP_HEADERS": "api-key=a%20b,x=y"}, "headers", {"api-key": "a b", "x": "y"}),
        ({"OTEL_SDK_DISABLED": "TRUE"}, "enabled", False),
        ({"OTEL_SDK_DISABLED": "no"}, "enabled", True),
        ({"OTEL_TRACES_SAMPLER": "parentbased_traceidratio", "OTEL_TRACES_SAMPLER_ARG": "0.1"}, "sample_rate", 0.1),
        ({"OTEL_TRACES_SAMPLER": "always_on", "OTEL_TRACES_SAMPLER_ARG": "0.1"}, "sample_rate", 1.0),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318"}, "endpoint", None),
    ],
)
def test_opentelemetry_variables(resolved: Resolve, environ: dict[str, str], name: str, expected: object) -> None:
    """OpenTelemetry's variables set what they mean, and never open a socket."""
    assert getattr(resolved(environ), name) == expected


def test_service_is_said_once(resolved: Resolve) -> None:
    """A service or environment named by an argument is not contradicted by the resource attributes."""
    environ = {"OTEL_RESOURCE_ATTRIBUTES": "service.name=bot,deployment.environment.name=prod,pod=1"}
    settings = resolved(environ, service="mine")
    assert (settings.service, settings.environment, settings.resource) == ("mine", "prod", {"pod": "1"})


def test_headers_stay_with_their_endpoint(resolved: Resolve) -> None:
    """OpenTelemetry's headers are not sent to another endpoint than OpenTelemetry's own."""
    environ = {"OTEL_EXPORTER_OTLP_HEADERS": "key=k", "OTEL_EXPORTER_OTLP_ENDPOINT": "https://theirs"}
    assert resolved(environ, endpoint="https://ours").headers == {}
    assert resolved(environ, endpoint="https://theirs").headers == {"key": "k"}


def test_unusable_alias(resolved: Resolve, caplog: pytest.LogCaptureFixture) -> None:
    """A value of OpenTelemetry's that PyFlare cannot use is passed over, and said so in the log."""
    assert resolved({"OTEL_EXPORTER_OTLP_PROTOCOL": "http/json"}).protocol == "http/protobuf"
    assert "OTEL_EXPORTER_OTLP_PROTOCOL: expected one of http/protobuf, grpc" in caplog.text


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("service", 3),
        ("service", "  "),
        ("enabled", "maybe"),
        ("enabled", 1),
        ("sample_rate", 1.01),
        ("sample_rate", "nan"),
        ("sample_rate", True),
        ("timeout_s", 0),
        ("timeout_s", "inf"),
        ("max_depth", 0),
        ("max_depth", 1.5),
        ("max_depth", False),
        ("max_events", -1),
        ("endpoint", "collector:4318"),
        ("endpoint", "http://"),
        ("protocol", "thrift"),
        ("path", 3),
        ("path", ""),
        ("headers", ["a"]),
        ("headers", {"a": 1}),
        ("headers", "novalue"),
        ("resource", {1: "a"}),
        ("redact", 3),
        ("redact", [3]),
        ("keep", "30"),
        ("keep", "0d"),
        ("keep", "-1d"),
        ("keep", 30),
    ],
)
def test_unusable_value(resolved: Resolve, name: str, value: object) -> None:
    """A value that cannot be used is an error that names the setting, its source and what was expected."""
    with pytest.raises(ConfigError) as caught:
        resolved(**{name: value})
    message = str(caught.value)
    assert f"setting {name} cannot be read from the argument {name}" in message
    assert SETTINGS[name].kind.expected in message


def test_unusable_variable(resolved: Resolve) -> None:
    """The error for a variable reads as a person would say it."""
    with pytest.raises(ConfigError) as caught:
        resolved({"PYFLARE_SAMPLE_RATE": "2"})
    assert str(caught.value) == (
        "The setting sample_rate cannot be read from the environment variable PYFLARE_SAMPLE_RATE: "
        "expected a number from 0 to 1, got '2' (str)."
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [("headers", ["hunter2"]), ("headers", "hunter2"), ("endpoint", "https://me:hunter2@collector")],
)
def test_secrets_stay_out_of_messages(resolved: Resolve, name: str, value: object) -> None:
    """What may hold a secret is not quoted when it cannot be used."""
    with pytest.raises(ConfigError) as caught:
        resolved(**{name: value})
    assert "hunter2" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_secrets_stay_out_of_repr(resolved: Resolve) -> None:
    """Headers are not part of the settings' repr."""
    assert "hunter2" not in repr(resolved(headers={"authorization": "hunter2"}))


def test_unknown_argument(resolved: Resolve) -> None:
    """An unknown argument is an error that offers the nearest name."""
    with pytest.raises(ConfigError, match=r'no setting "sevrice" \(from the arguments\). Hint: did you mean "service"'):
        resolved(sevrice="a")


def test_unknown_name_in_file(resolved: Resolve, tmp_path: Path) -> None:
    """An unknown name in the file is an error that names the file."""
    (tmp_path / "pyflare.toml").write_text("[pyflare]\nzzz = 1\n")
    with pytest.raises(ConfigError, match=r'no setting "zzz" \(from pyflare.toml\). Hint: see the settings reference'):
        resolved()


def test_mistyped_variable(resolved: Resolve, caplog: pytest.LogCaptureFixture) -> None:
    """A variable that is nearly a setting's is pointed out; one that is nothing like any is left alone."""
    resolved({"PYFLARE_SAMPEL_RATE": "0.1", "PYFLARE_QQQQ": "1"})
    assert caplog.record_tuples == [
        (
            "pyflare",
            logging.WARNING,
            'PyFlare does not know the environment variable PYFLARE_SAMPEL_RATE: did you mean "sample_rate"?',
        )
    ]


def test_pyproject(resolved: Resolve, tmp_path: Path) -> None:
    """Where there is no pyflare.toml, [tool.pyflare] of pyproject.toml counts."""
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "x"\n[tool.pyflare]\nredact = ["email"]\n')
    assert resolved().redact == ("email",)
    (tmp_path / "pyflare.toml").write_text("[pyflare]\nenabled = false\n")
    assert resolved().redact == ()
    assert resolved().enabled is False


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[pyflare", "pyflare.toml is not valid TOML"),
        ("pyflare = 3", "expected a table"),
        ("\xff", "pyflare.toml cannot be read"),
        ("[pyflare]\nmax_depth = '3.5'", "cannot be read from pyflare.toml: expected a whole number, 1 or more"),
    ],
)
def test_unusable_file(resolved: Resolve, tmp_path: Path, text: str, message: str) -> None:
    """A file that cannot be used is an error that names it."""
    (tmp_path / "pyflare.toml").write_bytes(text.encode("latin-1"))
    with pytest.raises(ConfigError, match=message):
        resolved()


@pytest.mark.parametrize(("text", "seconds"), [("30d", 2_592_000), ("12h", 43_200), ("1.5 m", 90), ("2w", 1_209_600)])
def test_keep(resolved: Resolve, text: str, seconds: float) -> None:
    """How long spans are kept reads as people write it."""
    assert resolved(keep=f" {text}").keep == text
    assert duration_s(text) == seconds


def test_names(resolved: Resolve) -> None:
    """Names come as a sequence, or as text with commas."""
    assert resolved({"PYFLARE_REDACT": "email, phone,"}).redact == ("email", "phone")
    assert resolved(redact=["email"]).redact == ("email",)
    assert resolved(redact="all").redact == ("all",)


@pytest.mark.parametrize("name", SETTINGS)
def test_every_setting_does_something(name: str) -> None:
    """No setting is there for show: the code reads each."""
    package = Path(pyflare.__file__).parent
    sources = [path.read_text() for path in package.rglob("*.py") if "config" not in path.relative_to(package).parts]
    assert any(re.search(rf"\b(settings|resolved)\.{name}\b", source) for source in sources)
