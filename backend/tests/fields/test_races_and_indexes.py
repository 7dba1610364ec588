"""C-1, PLT-2: two people and one value that comes once; an index made and dropped while the table is there. Real commits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connection

from kemai.base.jobs import run_job
from kemai.platform.custom import indexes
from kemai.platform.models import CustomField
from kemai.platform.objects import read
from tests.calling import caller_for
from tests.fields.samples import define
from tests.fixtures import forget_everything
from tests.races.test_races import Race, run
from tests.world import World

Made = Callable[[str, dict[str, Any]], dict[str, Any]]


@pytest.fixture
def made(committed_world: World, race_db: Race) -> Made:
    with connection.cursor() as cursor:  # rows are taken away after each test, what another test indexed is not
        for name in indexes_of("customers_customer"):
            cursor.execute(f'DROP INDEX "{name}"')

    def make(object_name: str, definition: dict[str, Any]) -> dict[str, Any]:
        forget_everything()
        return define(lambda name: caller_for(committed_world, name), object_name, definition)

    return make


def test_of_eight_writers_of_one_value_one_wins(committed_world: World, race_db: Race, made: Made) -> None:
    made("customers", {"key": "sn", "type": "text", "label_zh": "序列号", "unique": True})

    def writer(n: int) -> Callable[[], int]:
        caller = caller_for(committed_world, ("rep", "rep2", "rep3", "manager")[n % 4])
        return lambda: caller.post("/customers", {"name": f"抢号公司{n}", "custom.sn": "SN-1"}).status_code

    statuses = run(race_db, [writer(n) for n in range(8)])
    assert sorted(statuses) == [201, *[409] * 7]


def test_two_edits_of_two_fields_both_stay(committed_world: World, race_db: Race, made: Made) -> None:
    """Only what changes is merged into the column: a bulk job and a person do not undo each other."""
    for key in ("a", "b"):
        made("customers", {"key": key, "type": "text", "label_zh": f"字段{key}"})
    path = f"/customers/{committed_world.get('customers', 'mine').id}"
    director = caller_for(committed_world, "director")

    def setter(key: str) -> Callable[[], str]:
        def work() -> str:
            job = director.post(
                "/customers/bulk", {"ids": [path.split("/")[-1]], "action": "set", "params": {f"custom.{key}": "值"}}
            )
            return run_job(job.json()["id"]).state

        return work

    assert run(race_db, [setter("a"), setter("b")]) == ["done", "done"]
    item = director.get(path).json()
    assert (item["custom.a"], item["custom.b"]) == ("值", "值")


def indexes_of(table: str) -> dict[str, bool]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, i.indisvalid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
            "WHERE i.indrelid = %s::regclass AND c.relname LIKE 'custom\\_%%'",
            [table],
        )
        return dict(cursor.fetchall())


@pytest.mark.parametrize("kind", ("text", "number", "date", "instant", "bool", "multi_choice", "user", "percent"))
def test_an_index_is_made_used_and_dropped(
    kind: str, committed_world: World, race_db: Race, made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    extra = {"choices": [{"value": "a", "label_zh": "甲"}]} if kind == "multi_choice" else {}
    made("customers", {"key": "fast", "type": kind, "label_zh": "快字段", **extra})
    admin = caller_for(committed_world, "admin")
    monkeypatch.setattr(read, "UNINDEXED_ROWS", -2)
    op, value = {"multi_choice": ("has", "a"), "bool": ("eq", True)}.get(kind, ("is_null", True))
    leaf = {"field": "custom.fast", "op": op, "value": value}
    assert admin.get("/customers", filter=leaf).json()["code"] == "not_indexed"
    job = admin.post("/admin/fields/customers/fast/index")
    assert job.status_code == 202, job.content.decode()
    assert admin.post("/admin/fields/customers/fast/index").status_code == 409
    assert run_job(job.json()["id"]).state == "done"
    assert list(indexes_of("customers_customer").values()) == [True]
    listed = admin.get("/admin/fields/customers").json()
    assert (listed["indexes"], listed["items"][0]["index"]["state"]) == (1, "ready")
    assert admin.get("/customers", filter=leaf).status_code == 200
    refused = admin.send("PATCH", "/admin/fields/customers/fast", {"type": "url"}, If_Match='"1"')
    assert refused.json()["errors"][0]["code"] == "type_fixed"
    drop = admin.post("/admin/fields/customers/fast/unindex").json()
    assert run_job(drop["id"]).state == "done"
    assert indexes_of("customers_customer") == {}
    assert admin.get("/admin/fields/customers").json()["items"][0]["index"]["state"] == "none"


def test_a_failed_index_is_cleaned_up(
    committed_world: World, race_db: Race, made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    made("customers", {"key": "bad", "type": "text", "label_zh": "坏字段"})
    admin = caller_for(committed_world, "admin")
    job = admin.post("/admin/fields/customers/bad/index").json()
    whole = indexes._statement

    def broken(row: CustomField) -> str:
        """Leaves an invalid index of that name behind, as a cancelled or failing build does."""
        with connection.cursor() as cursor, pytest.raises(DatabaseError):
            cursor.execute(
                f"CREATE UNIQUE INDEX CONCURRENTLY {indexes.index_name(row)} ON customers_customer ((deleted_at IS NULL))"
            )
        return whole(row).replace("(t.", "(").replace("custom->>", "custom->>>")

    monkeypatch.setattr(indexes, "_statement", broken)
    assert run_job(job["id"]).state == "failed"
    assert indexes_of("customers_customer") == {}
    state = admin.get("/admin/fields/customers").json()["items"][0]["index"]
    assert state["state"] == "failed" and state["error"]
    monkeypatch.setattr(indexes, "_statement", whole)
    assert run_job(admin.post("/admin/fields/customers/bad/index").json()["id"]).state == "done"


def test_eight_at_most(committed_world: World, race_db: Race, made: Made) -> None:
    admin = caller_for(committed_world, "admin")
    for n in range(9):
        made("tasks", {"key": f"i{n}", "type": "text", "label_zh": f"第{n}个"})
        status = admin.post(f"/admin/fields/tasks/i{n}/index").status_code
        assert status == (202 if n < 8 else 422)
    made("tasks", {"key": "where", "type": "location", "label_zh": "哪里"})
    assert admin.post("/admin/fields/tasks/where/index").status_code == 422


def test_what_comes_once_is_indexed_unasked(committed_world: World, race_db: Race, made: Made) -> None:
    """Beside the limit; by the rule, when it is made or set later; and not to be taken away while the rule stands."""
    admin = caller_for(committed_world, "admin")
    once = made("customers", {"key": "sn", "type": "text", "label_zh": "序列号", "unique": True})
    listed = admin.get("/admin/fields/customers").json()
    assert (listed["indexes"], listed["items"][0]["index"]["state"]) == (0, "building")
    assert run_job(listed["items"][0]["index"]["job"]).state == "done"
    assert list(indexes_of("customers_customer").values()) == [True]
    assert admin.post("/admin/fields/customers/sn/unindex").json()["code"] == "index_needed"
    plain = made("customers", {"key": "later", "type": "number", "label_zh": "以后唯一"})
    assert plain["index"]["state"] == "none"
    changed = admin.send("PATCH", "/admin/fields/customers/later", {"unique": True}, If_Match='"1"').json()
    assert changed["index"]["state"] == "building"
    assert run_job(changed["index"]["job"]).state == "done"
    loose = admin.send("PATCH", "/admin/fields/customers/sn", {"unique": False}, If_Match=f'"{once["version"]}"')
    assert loose.json()["index"]["state"] == "ready", "an index asks nothing of anybody"
    drop = admin.post("/admin/fields/customers/sn/unindex")
    assert drop.status_code == 202 and run_job(drop.json()["id"]).state == "done"
    assert len(indexes_of("customers_customer")) == 1
