"""PLT-18: the guide to going live ticks itself by what is there, and by what an administrator says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kemai.administration.services.guide import STEPS
from kemai.base.models import AuditEvent
from kemai.customers.models import Customer, Pool
from kemai.platform.objects.declare import get_object
from kemai.platform.objects.write import create_record
from tests.calling import Caller
from tests.counting import counting
from tests.world import World

Call = Callable[[str], Caller]


def steps(caller: Caller) -> dict[str, dict[str, Any]]:
    return {item["code"]: item for item in caller.get("/admin/guide").json()["items"]}


def test_a_step_is_done_when_its_records_are_there(world: World, call: Call) -> None:
    admin = call("admin")
    found = steps(admin)
    assert Customer.objects.filter(deleted_at__isnull=True).exists() and found["customers"]["by_itself"]
    short = Pool.objects.filter(deleted_at__isnull=True).count()
    assert found["pools"]["done"] == (short >= 2)
    if short < 2:
        create_record(world.actor("admin"), get_object("pools"), {"name": "华东公海"})
        assert steps(admin)["pools"]["by_itself"]


def test_what_is_ready_made_is_still_to_be_looked_at(world: World, call: Call) -> None:
    """Pipelines come with the product: that they are there is no sign that anybody has checked them."""
    found = steps(call("admin"))
    assert next(iter(found)) == "company"
    for code in ("company", "roles", "pipeline", "fields"):
        assert not found[code]["done"], code


def test_what_nothing_shows_an_administrator_says(world: World, call: Call) -> None:
    admin = call("admin")
    before = admin.get("/admin/guide").json()["done"]
    answer = admin.send("PUT", "/admin/guide/roles", {"done": True}).json()
    assert answer["done"] == before + 1
    said = next(item for item in answer["items"] if item["code"] == "roles")
    assert (said["done"], said["by_itself"], said["said_by"]) == (True, False, world.actor("admin").name)
    assert AuditEvent.objects.filter(action="guide.say", actor_id=world.users["admin"]).count() == 1
    assert admin.send("PUT", "/admin/guide/roles", {"done": False}).json()["done"] == before


def test_the_home_page_is_told_whether_to_show_it(world: World, call: Call) -> None:
    admin = call("admin")
    assert admin.get("/admin/guide").json()["hidden"] is False
    assert admin.send("PUT", "/admin/guide", {"hidden": True}).json()["hidden"] is True
    assert admin.send("PUT", "/admin/guide", {"hidden": False}).json()["hidden"] is False


def test_it_is_for_administrators(world: World, call: Call) -> None:
    for who in ("rep", "director"):
        assert call(who).get("/admin/guide").status_code == 403
        assert call(who).send("PUT", "/admin/guide/roles", {"done": True}).status_code == 403
        assert call(who).send("PUT", "/admin/guide", {"hidden": True}).status_code == 403
    assert call("admin").send("PUT", "/admin/guide/nothing", {"done": True}).status_code == 404


def test_counting_stops_at_what_is_asked_for(world: World, call: Call) -> None:
    """However many steps there are: one statement counts, one reads what was said, one the names."""
    admin = call("admin")
    admin.get("/admin/guide")
    with counting() as made:
        assert len(steps(admin)) == len(STEPS)
    assert len(made) <= 4, made
