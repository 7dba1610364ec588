"""P-7: whoever alters the past of the audit, even as the owner of the database, is found by ``kemai verify``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connection

from kemai.base import seals
from tests.calling import Caller
from tests.world import World


def run(sql: str) -> None:
    """A statement past the append-only guards, as the database's owner can."""
    with connection.cursor() as cursor:
        for table in ("base_auditevent", "base_audit_change", "base_auditseal"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(sql)
        for table in ("base_auditevent", "base_audit_change", "base_auditseal"):
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def highest(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT max(id) FROM {table}")
        return int(cursor.fetchone()[0])


@pytest.fixture
def sealed(
    world: World, call: Callable[[str], Caller], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Path]:
    """A company's past, sealed twice in blocks of twenty, with its anchors."""
    monkeypatch.setattr(seals, "BLOCK", 20)
    monkeypatch.setattr(seals, "_settled", highest)
    monkeypatch.setattr(seals, "anchor_file", lambda: tmp_path / "anchors.jsonl")
    assert seals.seal_audit() > 50
    customer = world.get("customers", "mine")
    version = call("rep").get(f"/customers/{customer.id}").json()["version"]
    assert call("rep").patch(f"/customers/{customer.id}", {"address": "新地址 8 号"}, version).status_code == 200
    assert seals.seal_audit() >= 2
    assert seals.check_seals() == []
    yield tmp_path / "anchors.jsonl"


FORGERIES = {
    "what was done": "UPDATE base_auditevent SET action = 'view' WHERE id = (SELECT max(id) FROM base_auditevent)",
    "who did it": "UPDATE base_auditevent SET actor_id = NULL WHERE id = (SELECT max(id) FROM base_auditevent)",
    "when": "UPDATE base_auditevent SET at = at - interval '1 microsecond' WHERE id = (SELECT min(id) FROM base_auditevent)",
    "an old value": "UPDATE base_audit_change SET diff = '{\"address\": [null, \"x\"]}' WHERE id = (SELECT max(id) FROM base_audit_change WHERE op = 'U')",
    "a deleted row": "DELETE FROM base_audit_change WHERE id = (SELECT min(id) + 5 FROM base_audit_change)",
    "an added row": "INSERT INTO base_auditevent (id, at, actor_name, action, object, reason, address, request_id) "
    "SELECT -1 + min(id), now(), '', 'x', '', '', '', '' FROM base_auditevent",
    "two rows exchanged": "WITH m AS (SELECT min(id) AS a, min(id) + 1 AS b FROM base_auditevent) UPDATE base_auditevent e "
    "SET action = o.action, at = o.at FROM base_auditevent o, m WHERE (e.id, o.id) IN ((m.a, m.b), (m.b, m.a))",
    "a lost seal": "DELETE FROM base_auditseal WHERE id = (SELECT min(id) FROM base_auditseal)",
    "a seal made anew": "UPDATE base_auditseal SET digest = sha256('x') WHERE id = (SELECT max(id) FROM base_auditseal)",
    "the last seals gone": "DELETE FROM base_auditseal WHERE id = (SELECT max(id) FROM base_auditseal)",
}


@pytest.mark.parametrize("what", sorted(FORGERIES))
def test_an_altered_past_is_found(what: str, sealed: Path) -> None:
    """P-7: change, deletion, insertion, and seals taken away or forged."""
    run(FORGERIES[what])
    assert seals.check_seals() != []


def test_a_chain_made_anew_does_not_fit_the_anchors(sealed: Path) -> None:
    """P-7: an owner of the database who alters a row and computes every digest again is betrayed by the lines outside it."""
    run("UPDATE base_auditevent SET reason = 'never happened' WHERE id = (SELECT min(id) FROM base_auditevent)")
    run("DELETE FROM base_auditseal")
    kept = sealed.read_text()
    seals.seal_audit()
    sealed.write_text(kept)
    assert {b.why.split(" at ")[0] for b in seals.check_seals()} == {"not the seal anchored"}


@pytest.mark.parametrize(
    "verb", ["UPDATE base_auditseal SET count = 0", "DELETE FROM base_auditseal", "TRUNCATE base_auditseal"]
)
def test_seals_are_append_only(verb: str, sealed: Path) -> None:
    with pytest.raises(Exception, match="append-only"), connection.cursor() as cursor:
        cursor.execute(verb)


def test_nothing_is_sealed_that_could_still_change(world: World) -> None:
    """P-7: what a transaction still running may add below the fence is waited for."""
    with connection.cursor() as cursor:
        seals._set_fence("base_auditevent")
        assert seals._settled("base_auditevent") == seals.BEFORE_ALL, (
            "our own transaction was running when the fence was set"
        )
        cursor.execute("UPDATE base_auditfence SET running = '1'")
        assert seals._settled("base_auditevent") == highest("base_auditevent")
