"""ORG-12, P-7: no write escapes history, none is accepted outside a service, and history itself cannot be changed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import DatabaseError, connection, transaction

from kemai.base.audit import act, send
from kemai.base.models import AuditChange, AuditEvent
from kemai.customers.models import Customer
from kemai.platform.objects.declare import declared_objects
from tests.calling import Caller
from tests.contracts.oracle import OBJECTS
from tests.contracts.test_writing import CREATED, minimal
from tests.world import World

#: Tables beside the registered ones whose every change is history too.
FURTHER = (
    "sales_stageitem",
    "sales_check",
    "sales_formsubmission",
    "sales_leadrule",
    "accounts_rolegrant",
    "accounts_fieldrule",
    "accounts_userrole",
    "accounts_teammember",
    "accounts_recordshare",
    "customers_poolmember",
    "platform_dictionaryvalue",
    "activities_calendarfeed",
    "activities_enrollmentstep",
    "activities_reportcomment",
    "activities_worklistpause",
)


def triggers_of(table: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal AND tgenabled <> 'D'",
            [table],
        )
        return {row[0] for row in cursor.fetchall()}


def test_every_table_has_its_triggers(world: World) -> None:
    """P-7."""
    for table in (*(o.table for o in declared_objects()), *FURTHER):
        names = triggers_of(table)
        for wanted in ("audit_insert", "audit_update", "audit_delete"):
            assert any(wanted in n for n in names), (table, wanted)


@pytest.mark.parametrize("name", OBJECTS)
def test_a_write_outside_an_act_is_refused(name: str, world: World) -> None:
    """P-7: raw SQL, the ORM's update, insert and delete alike."""
    model = next(o for o in declared_objects() if o.name == name).model
    row = model._base_manager.filter(deleted_at__isnull=True).first()
    assert row is not None
    table = model._meta.db_table

    def raw(sql: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql)

    row_id = row.pk
    for attempt in (
        lambda: raw(f"UPDATE {table} SET custom = '{{\"a\": 1}}'"),
        lambda: model._base_manager.filter(pk=row_id).update(custom={"b": 2}),
        lambda: model(**{**{f.attname: getattr(row, f.attname) for f in model._meta.concrete_fields}, "id": None}).save(
            force_insert=True
        ),
    ):
        with pytest.raises((DatabaseError, ValueError)), transaction.atomic():
            attempt()
            connection.check_constraints()


def test_history_is_append_only(world: World) -> None:
    """P-7: neither changed nor deleted nor emptied."""
    event = AuditEvent.objects.order_by("-id").values_list("id", flat=True)[0]
    assert AuditChange.objects.exists()
    for sql in (
        f"UPDATE base_auditevent SET actor_name = 'x' WHERE id = {event}",
        f"DELETE FROM base_auditevent WHERE id = {event}",
        "UPDATE base_audit_change SET op = 'x'",
        "DELETE FROM base_audit_change",
        "TRUNCATE base_auditevent CASCADE",
        "TRUNCATE base_audit_change",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)


@pytest.mark.parametrize("name", CREATED)
def test_one_event_a_request(name: str, world: World, call: Callable[[str], Caller]) -> None:
    """P-7: creating, editing and deleting write exactly one event each, by the right person, with the rows they changed."""
    admin = call("admin")
    last = AuditEvent.objects.order_by("-id").values_list("id", flat=True)[0]
    made = admin.post(f"/{name}", minimal(world, name)).json()
    admin.patch(f"/{name}/{made['id']}", {"no": 1}, made["version"])  # refused: no event of its own
    events = list(AuditEvent.objects.filter(id__gt=last).order_by("id"))
    assert [(e.action, e.actor_id, str(e.record_id)) for e in events] == [("create", world.users["admin"], made["id"])]
    changes = AuditChange.objects.filter(event_id=events[0].id, record_id=made["id"])
    assert [c.op for c in changes] == ["I"]
    assert events[0].request_id and events[0].address


def test_what_an_act_gathers_is_written_at_its_end_with_its_event(world: World) -> None:
    """P-7: in the order given, signs that mean something to the driver included; what an inner act that failed gave goes with it."""
    key = world.of("customers")[0].id
    note = "UPDATE customers_customer SET remark = %s WHERE id = %s"

    def noted() -> tuple[str, str]:
        return Customer.objects.values_list("remark", "hobbies").get(pk=key)

    before = noted()
    with act(world.actor("admin"), "edit", gathers=True) as opened:
        send(note, ["先 100 %s; 一半", key])
        with pytest.raises(LookupError), act(world.actor("admin"), "edit"):
            send(note, ["不作数", key])
            raise LookupError
        send("UPDATE customers_customer SET hobbies = remark WHERE id = %(key)s", {"key": key})
        assert noted() == before
    assert noted() == ("先 100 %s; 一半", "先 100 %s; 一半")
    assert AuditChange.objects.filter(event_id=opened.event_id, record_id=key).count() == 2
    with act(world.actor("admin"), "edit"):
        send(note, ["立即", key])
        assert noted()[0] == "立即"
