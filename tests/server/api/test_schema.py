"""The OpenAPI document against the server it describes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.config import SchemathesisConfig

from pyflare.server.api.app import openapi_document
from tests.browser.viewers import viewing
from tests.workspace.folders import write_folder

# A text that is a valid parameter need not be a filter, a cursor or a statement; the document says 400 for those.
CONFIG = {
    "checks": {"positive_data_acceptance": {"expected-statuses": ["2xx", "400", "401", "403", "404", "409", "5xx"]}}
}
FEW = settings(max_examples=4, phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck))
MANY = settings(FEW, max_examples=40)


schema = schemathesis.openapi.from_dict(openapi_document(), config=SchemathesisConfig.from_dict(CONFIG))


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with viewing(write_folder(tmp_path_factory.mktemp("store"))) as viewer:
        yield viewer.url


@schema.parametrize()
@FEW
def test_answers_are_as_described(url, case):
    """What the document allows is answered as it says, and what it does not allow is refused."""
    case.call_and_validate(base_url=url)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@schema.parametrize()
@MANY
def test_answers_are_as_described_at_length(url, case):
    """The same, with many more requests of each kind."""
    case.call_and_validate(base_url=url)


def test_every_operation_is_described():
    """Every operation says what it does, and what its errors look like."""
    for path, operations in openapi_document()["paths"].items():
        for method, operation in operations.items():
            assert operation.get("description"), f"{method} {path}"
            errors = {status for status in operation["responses"] if status >= "4"}
            assert {"400", "401", "403", "503"} <= errors, f"{method} {path}"
            assert "422" not in errors, f"{method} {path}: invalid parameters are 400 here"
