"""B-1: requests drawn from the API description by schemathesis, good and bad, judged by all that the description promises."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi import checks as promised

from kemai.accounts.models import User
from kemai.accounts.sessions import create_token
from tests import reached
from tests.contracts.oracle import OBJECTS
from tests.contracts.test_hostile import asked_already
from tests.fixtures import taken_back
from tests.world import World

#: Not asked: whether every value of the right shape is taken (business refuses what a shape cannot say), and that a missing If-Match
#: is 400: it is 428.
LEFT_OUT = [promised.positive_data_acceptance, promised.missing_required_header]
PARTS = 8
WALKS, STEPS = 30, 10


@pytest.fixture
def described(world: World) -> Iterator[Any]:
    """The API as it describes itself, in process and within the test's own transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def told_wrong(described: Any, headers: dict[str, str], *, share: slice, examples: int) -> list[str]:
    """What answers do that the description does not say, each operation and fault once."""
    known = sorted((found.ok() for found in described.get_all_operations()), key=lambda one: one.label)
    wrong: set[str] = set()
    for operation in [one for one in known if not asked_already(one.path)][share]:

        @settings(
            max_examples=examples,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def ask(case: Any) -> None:
            with taken_back():
                try:
                    case.call_and_validate(headers=headers, excluded_checks=LEFT_OUT)
                except FailureGroup as group:
                    wrong.update(f"{case.operation.label} {one.title}: {one.message}" for one in group.exceptions)

        ask()
    return sorted(wrong)


def headers_of(world: World, person: str) -> dict[str, str]:
    if person == "nobody":
        return {}
    return {"Authorization": f"Bearer {create_token(user=User.objects.get(pk=world.users[person]), name='drawn')}"}


def test_answers_are_as_described(world: World, described: Any) -> None:
    """B-1, short: every eighth operation, by somebody who may do everything."""
    wrong = told_wrong(described, headers_of(world, "admin"), share=slice(0, None, 8), examples=2)
    assert not wrong, "\n".join(wrong)


@pytest.mark.nightly
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("person", ["admin", "rep", "nobody"])
def test_every_answer_is_as_described(person: str, part: int, world: World, described: Any) -> None:
    """B-1: every operation, a hundred times."""
    wrong = told_wrong(described, headers_of(world, person), share=slice(part, None, PARTS), examples=100)
    assert not wrong, "\n".join(wrong)


@pytest.mark.nightly
@pytest.mark.parametrize("name", OBJECTS)
def test_what_was_made_is_used(name: str, world: World, described: Any) -> None:
    """B-1, stateful, each kind of record: the keys that answers gave are asked for, changed and deleted next, and asked for again."""
    headers, wrong, met = headers_of(world, "admin"), set(), Counter[str]()
    known = described.include(path_regex=rf"^/api/v1/({name}|customers)(/\{{id\}})?$")

    class Walk(known.as_state_machine()):  # type: ignore[misc]
        def setup(self) -> None:
            self.meanwhile = taken_back()
            self.meanwhile.__enter__()

        def teardown(self) -> None:
            self.meanwhile.__exit__(None, None, None)

        def get_call_kwargs(self, case: Any) -> dict[str, Any]:
            return {"headers": headers | ({"If-Match": "1"} if case.method in ("PATCH", "DELETE") else {})}

        def validate_response(self, response: Any, case: Any, **more: Any) -> None:
            met[f"{case.operation.label} {response.status_code}"] += 1
            try:
                case.validate_response(response, excluded_checks=LEFT_OUT, headers=headers)
            except FailureGroup as group:
                wrong.update(f"{case.operation.label} {one.title}: {one.message}" for one in group.exceptions)

    Walk.run(
        settings=settings(
            max_examples=WALKS, stateful_step_count=STEPS, deadline=None, database=None, derandomize=True,
            phases=[Phase.generate], suppress_health_check=list(HealthCheck),
        )
    )  # fmt: skip
    print(f"B-1: {dict(met.most_common())}")
    assert not wrong, "\n".join(sorted(wrong))
    if name == "customers":
        used = (
            "GET /api/v1/customers/{id} 200",
            "PATCH /api/v1/customers/{id} 200",
            "DELETE /api/v1/customers/{id} 204",
        )
        assert all(met[one] for one in used)


def test_the_judge_can_fail(world: World, described: Any) -> None:
    """T-3: an operation that answers what its description leaves out is told of."""
    del described.raw_schema["paths"]["/api/v1/auth/setup"]["get"]["responses"]["200"]
    operations = sorted(
        found.ok().label for found in described.get_all_operations() if not asked_already(found.ok().path)
    )
    at = operations.index("GET /api/v1/auth/setup")
    wrong = told_wrong(described, {}, share=slice(at, at + 1), examples=1)
    assert len(wrong) == 1 and "Received: 200" in wrong[0], wrong


def test_an_operation_nobody_reached_is_named() -> None:
    """T-3: an address belongs to the most literal operation it fits; what is left has never succeeded."""
    known = [("get", "/a/{id}"), ("get", "/a/mine"), ("post", "/a/{id}"), ("get", "/f/{token}.ics")]
    assert reached.never(known, [("get", "/a/mine"), ("get", "/f/x.ics"), ("post", "/b/1")]) == [
        "GET /a/{id}",
        "POST /a/{id}",
    ]
    assert reached.never(known[:2], [("get", "/a/*")]) == ["GET /a/mine"]
