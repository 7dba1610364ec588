"""PLT-16: the explanation's verdict is that of the predicate and of the policy, for every person × record × verb; and it names why."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kemai.accounts import access
from kemai.accounts.models import FieldRule, Role, User
from kemai.administration.services.people import INSTALLER
from kemai.base.audit import act
from kemai.platform.objects.declare import get_object
from kemai.platform.objects.shares import own_line
from tests.calling import Caller
from tests.contracts import oracle
from tests.fixtures import forget_everything
from tests.world import PEOPLE, World

Call = Callable[[str], Caller]
VERBS = ("view", "edit", "delete", "share", "export")


def differences(world: World, person: str) -> tuple[list[str], int]:
    wrong, asked = [], 0
    actor = world.actor(person)
    for fact in world.facts:
        declaration = get_object(fact.object)
        for verb in VERBS:
            if verb == "share" and not declaration.shareable:
                continue
            asked += 1
            line = own_line(declaration) if verb == "share" else declaration.ownership
            permission = declaration.perm(verb)
            place = {"table": declaration.table, "key": fact.id}
            said = access.explain(actor, permission, line, **place).verdict
            done = access.can(actor, permission, line, **place)
            wanted = not fact.deleted and oracle.may(person, fact, verb)
            if not said == done == wanted:
                wrong.append(f"{verb} {fact.object}/{fact.slug}: explained {said}, done {done}, policy {wanted}")
    return wrong, asked


@pytest.mark.parametrize("person", PEOPLE)
def test_the_verdict_is_the_predicates(person: str, world: World) -> None:
    wrong, asked = differences(world, person)
    assert not wrong, "\n".join(wrong[:20])
    assert asked > 200


def test_the_comparison_can_fail(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """T-3: an explanation that forgets shares differs."""
    real = access._alternatives

    def forgetful(*args: object) -> object:
        found, params = real(*args)  # type: ignore[arg-type]
        return [b for b in found if b.kind != "share"], params

    honest = access.can
    monkeypatch.setattr(access, "_alternatives", forgetful)
    assert honest is access.can and differences(world, "rep")[0]


def ask(caller: Caller, world: World, person: str, **query: str) -> dict[str, object]:
    answer = caller.get("/admin/explain", user=str(world.users[person]), **{"object": "customers", **query})
    assert answer.status_code == 200, answer.content.decode()
    found: dict[str, object] = answer.json()
    return found


def test_it_says_why_and_who_could_help(world: World, call: Call) -> None:
    admin = call("admin")
    foreign, lapsed = (str(world.get("customers", s).id) for s in ("foreign", "lapsed"))
    story = ask(admin, world, "rep", record=foreign)
    assert story["verdict"] is False and "员工rep不能查看" in str(story["headline"])
    assert "员工rep3" in str(story["steps"]) and "华南大区" in str(story["steps"])
    assert any("员工rep3" in r["text"] for r in story["remedies"])  # type: ignore[attr-defined]
    assert "到期" in str(ask(admin, world, "rep", record=lapsed)["steps"])
    assert ask(admin, world, "rep", record=str(world.get("customers", "pooled").id))["verdict"] is True
    binned = ask(admin, world, "rep", record=str(world.get("customers", "binned").id))
    assert binned["verdict"] is False and "回收站" in str(binned["steps"])
    none = ask(admin, world, "guest", record=foreign)
    assert "没有任何角色" in str(none["steps"]) and "区域督导" in str(none["remedies"])
    claim = ask(admin, world, "rep", record=str(world.get("customers", "pooled").id), verb="claim")
    assert claim["verdict"] is True


def test_fields_and_accounts(world: World, call: Call) -> None:
    admin, mine = call("admin"), str(world.get("customers", "mine").id)
    with act(INSTALLER, "grants", object="roles"):
        role = Role.objects.get(code="sales_rep")
        FieldRule.objects.create(role=role, object="customers", field="phone", access="masked")
        FieldRule.objects.create(role=role, object="customers", field="email", access="hidden")
    forget_everything()
    assert "脱敏" in str(ask(admin, world, "rep", record=mine, field="phone")["headline"])
    assert ask(admin, world, "rep", record=mine, field="email")["verdict"] is False
    with act(INSTALLER, "disable", object="users"):
        User.objects.filter(pk=world.users["rep"]).update(is_active=False)
    story = ask(admin, world, "rep", record=mine)
    assert story["verdict"] is False and "停用" in str(story["steps"])


def test_it_tells_no_values_and_asks_for_its_right(world: World, call: Call) -> None:
    """S-2: nothing a record says, its name neither, to an asker who may not see it."""
    from_rep = call("rep").get("/admin/explain", user=str(world.users["rep"]), object="customers")
    assert from_rep.status_code == 403
    fact = world.get("customers", "foreign")
    told = str(ask(call("admin"), world, "rep", record=str(fact.id)))
    assert fact.secrets[0] not in told and fact.canary in told  # the administrator sees the record himself
    assert (
        call("admin").get("/admin/explain", user=str(world.users["rep"]), object="customers", verb="x").status_code
        == 400
    )
