"""What the OpenAPI document promises, asked at random by schemathesis: each answer is as it says."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from penfriend.bootstrap.api_keys import create_key
from penfriend.domain.api_keys import Scope
from penfriend.web.serving import serve_house
from tests.support.attacked import mail_ann
from tests.support.empty_store import empty_file
from tests.support.program import CAMPAIGNS
from tests.support.served_house import served_house

EXAMPLES = 4
"""For each operation."""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """Where the API is, and a key that may do everything."""
    folder: Path = tmp_path_factory.mktemp("fuzzed")
    with served_house(folder, empty_file(folder / "penfriend.db"), CAMPAIGNS) as house:
        mail_ann(house)
        key = create_key(house, "all", [scope.value for scope in Scope])
        with serve_house(house) as server:
            yield server.url, key


def test_every_operation_answers_as_the_document_says(served: tuple[str, str]) -> None:
    import schemathesis  # half a second, that no other test need wait for
    from schemathesis.core.result import Ok

    url, key = served
    document = httpx.get(f"{url}/openapi.json", verify=False).json()
    schema = schemathesis.openapi.from_dict(document)
    schema.config.update(base_url=url)
    operations = [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]
    assert {one.label for one in operations} >= {
        "POST /v1/events",
        "PUT /v1/contacts/{id}",
        "GET /v1/campaigns",
    }
    # a cursor that is none, an id beside the one of the address: what no schema can say is refused with 422
    beyond = [schemathesis.checks.positive_data_acceptance]
    for operation, mode in itertools.product(operations, schemathesis.GenerationMode):
        if mode.is_negative and "/v1/" not in operation.label:
            continue  # nothing of it can be wrong

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def ask(case: Any) -> None:
            case.call_and_validate(headers={"Authorization": f"Bearer {key}"}, excluded_checks=beyond)

        ask()
