"""P-6: every column carries a class and every table a keeping time; what is sensitive is not kept in clear."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models

from kemai.base import privacy
from kemai.base.privacy import OF_LIBRARIES, WITH_COMPANY, DataClass, Holds, classes_of, kept_for
from kemai.customers.models import Contact
from kemai.platform.objects.declare import declared_object, get_object
from kemai.privacy.selectors.inventory import unmarked, unprotected
from tests.calling import Caller
from tests.fields.samples import define
from tests.world import World


def test_every_column_is_marked() -> None:
    """P-6: fails on a column nobody gave a class, and on a table that does not say how long it keeps its rows."""
    assert unmarked() == []


def test_nothing_sensitive_is_kept_in_clear() -> None:
    """P-6: credentials are encrypted or hashed; there are no identity numbers or bank cards."""
    assert unprotected() == []


def test_every_table_is_covered(world: World) -> None:
    """P-6: no table of the database stands beside the models and the named tables of libraries."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.oid::regclass::text FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace "
            "AND c.relkind IN ('r', 'p') AND NOT c.relispartition"
        )
        tables = {row[0] for row in cursor.fetchall()}
    assert tables - {m._meta.db_table for m in apps.get_models()} - set(OF_LIBRARIES) == set()


@pytest.fixture
def stranger() -> Any:
    """A model whose maker forgot to mark a column."""

    class Stranger(models.Model):
        name = models.CharField(max_length=10)
        born_on = models.DateField()
        seen_at = models.DateTimeField()
        holds = Holds(internal="name")

        class Meta:
            app_label = "privacy"

    yield Stranger
    del apps.all_models["privacy"]["stranger"]
    apps.clear_cache()


def test_a_forgotten_mark_is_found(stranger: type[models.Model]) -> None:
    """The test above can fail: names, dates and texts have no class of themselves; keys and moments do."""
    assert classes_of(stranger) == {
        "id": DataClass.INTERNAL,
        "name": DataClass.INTERNAL,
        "born_on": None,
        "seen_at": DataClass.INTERNAL,
    }
    assert kept_for(stranger) is None
    assert {"privacy_stranger.born_on", "privacy_stranger"} <= set(unmarked())


def test_what_is_worked_out_is_as_personal_as_its_table() -> None:
    assert classes_of(Contact)["search_terms"] is DataClass.PERSONAL
    products = declared_object("products").model
    assert classes_of(products)["search_terms"] is DataClass.INTERNAL
    assert privacy.protection_of(declared_object("users").model, "password") == "hashed"
    assert kept_for(declared_object("departments").model) == WITH_COMPANY


def test_fields_of_ones_own_have_a_class(world: World, call: Callable[[str], Caller]) -> None:
    """P-6: by their type, or as the administrator says; sensitive ones are refused, they would have to be encrypted."""
    admin = call("admin")
    for key, kind, more in (
        ("home_phone", "phone", {}),
        ("shoe", "text", {"data_class": "personal"}),
        ("rank", "number", {}),
    ):
        define(call, "contacts", {"key": key, "type": kind, "label_zh": f"自定{key}", **more})
    declaration = get_object("contacts")
    classes = {f.name: declaration.data_class_of(f) for f in declaration.custom_fields}
    assert classes == {"custom.home_phone": "personal", "custom.shoe": "personal", "custom.rank": "internal"}
    body = {"key": "card", "type": "text", "label_zh": "卡号", "data_class": "sensitive"}
    refused = admin.post("/admin/fields/contacts", body)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "data_class")
    lines = call("auditor").get("/privacy/inventory").json()["items"]
    (line,) = [line for line in lines if line["column"] == "custom.shoe"]
    assert (line["class"], line["custom"], line["table"]) == ("personal", True, "customers_contact")


def test_the_list_is_for_those_who_answer_for_it(world: World, call: Callable[[str], Caller]) -> None:
    """P-6: seen by administrator and auditor, by default only what tells of people; taken out as a spreadsheet."""
    assert call("rep").get("/privacy/inventory").status_code == 403
    auditor = call("auditor")
    told = auditor.get("/privacy/inventory").json()
    assert {line["class"] for line in told["items"]} == {"personal", "sensitive"}
    everything = auditor.get("/privacy/inventory", everything=True).json()["items"]
    assert len(everything) == sum(one["count"] for one in told["classes"]) > len(told["items"])
    file = auditor.post("/privacy/inventory/file").json()["file"]
    content = b"".join(auditor.get(f"/files/{file}/content").streaming_content)  # type: ignore[attr-defined]
    assert len(content) > 5_000 and content[:2] == b"PK"
