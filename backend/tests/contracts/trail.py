"""What a company leaves behind in a day, for the crawl of the canary test: merges, jobs, exports, lists, messages about hidden records.

Everything is made through the services by those who may; none of it may tell a suspect of a record he does not see.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from kemai.base.jobs import run_job
from kemai.platform.doubles.finder import keep_pairs
from kemai.platform.doubles.rules import rules_of
from kemai.platform.merging.merge import merge_records
from kemai.platform.models import Follow, Merge
from kemai.platform.objects import write
from kemai.platform.objects.declare import get_object
from kemai.platform.objects.segment_members import count_segment
from tests.calling import Caller, caller_for
from tests.delivering import hand_on
from tests.platform.sheets import begin, csv_bytes
from tests.world import Fact, World, home_of

EVERYTHING = {"field": "name", "op": "contains", "value": "金丝雀"}


@dataclass
class Trail:
    """``places``: keys by the name an address gives them. ``facts``: records beside those of the world."""

    places: dict[str, list[str]] = field(default_factory=dict)
    facts: list[Fact] = field(default_factory=list)
    operations: list[str] = field(default_factory=list)

    def fact(self, slug: str) -> Fact:
        return next(f for f in self.facts if f.slug == slug)

    def note(self, place: str, key: object) -> str:
        self.places.setdefault(place, []).append(str(key))
        return str(key)


def leave(world: World) -> Trail:
    """Do a day's work in the company. Inside the test's transaction."""
    trail = Trail()
    director, admin = caller_for(world, "director"), caller_for(world, "admin")
    _merge(world, trail)
    _pair(world, trail)
    _lists(director, trail)
    _work(director, world, trail)
    _messages(director, world, trail)
    hand_on()
    for caller in (director, admin):  # messages about the work itself
        assert caller.get("/notifications").status_code == 200
    return trail


def _customer(world: World, trail: Trail, slug: str, owner: str, *, into: str = "", **values: Any) -> UUID:
    """``into``: the owner of what it will be merged into, where its name stays as a former one."""
    name = f"金丝雀{slug}客户"
    key = write.create_record(world.actor(owner), get_object("customers"), {"name": name, **values})
    people = frozenset({owner, into or owner})
    trail.facts.append(Fact("customers", slug, key, name, people, frozenset(map(home_of, people)), deleted=bool(into)))
    return key


def _merge(world: World, trail: Trail) -> None:
    """A chain among hidden ones, and one of the representative's own that became part of a hidden one."""
    director = world.actor("director")
    first, second = (_customer(world, trail, slug, "rep3", into="rep3") for slug in ("被并一", "被并二"))
    own, last = _customer(world, trail, "被并三", "rep", into="rep3"), _customer(world, trail, "归处", "rep3")
    for survivor, loser in ((second, first), (last, second), (last, own)):
        merge_records(director, "customers", survivor, loser=loser)
    for merge in Merge.objects.all():
        trail.note("merge_id", merge.pk)
        trail.operations.append(str(merge.undo_id))


def _pair(world: World, trail: Trail) -> None:
    """Two doubles of which a suspect sees one, and two of which he sees neither."""
    declaration = get_object("customers")
    phone = "13755550001"
    keys = [
        _customer(world, trail, slug, who, phone=phone)
        for slug, who in (("孪甲", "rep3"), ("孪乙", "rep3"), ("孪丙", "rep"))
    ]
    pairs = [tuple(sorted(pair)) for pair in ((keys[0], keys[1]), (keys[1], keys[2]))]
    assert keep_pairs(declaration, rules_of(declaration), pairs, None) == 2  # type: ignore[arg-type]


def _lists(director: Caller, trail: Trail) -> None:
    """Segments of both kinds and a view, open to everybody."""
    for kind in ("static", "dynamic"):
        body = {
            "object": "customers",
            "name": f"全部{kind}",
            "kind": kind,
            "filter": EVERYTHING,
            "shared": {"kind": "all"},
        }
        made = director.post("/segments", body)
        assert made.status_code == 201, made.content.decode()
        count_segment(UUID(trail.note("segment_id", made.json()["id"])))
    view = {"object": "customers", "name": "全部的", "filter": EVERYTHING, "shared": {"kind": "all"}, "layout": "table"}
    assert director.post("/views", view).status_code == 201


def _work(director: Caller, world: World, trail: Trail) -> None:
    """Bulk edits and commands, some of them refused, an import and an export: each a job with its words."""
    keys = [str(f.id) for f in (*world.of("customers"), *trail.facts)]
    for body in (
        {"action": "set", "params": {"remark": "整理"}},
        {"action": "assign", "params": {"owner": str(world.users["rep3"])}},
        {"action": "claim"},
    ):
        if body["action"] == "assign":  # who is given a record may know it: only those that are his already
            keys = [str(world.get("customers", "foreign").id), str(world.get("customers", "lapsed").id)]
        job = director.post("/customers/bulk", {"ids": keys, **body})
        assert job.status_code == 202, job.content.decode()
        trail.operations.append(trail.note("job_id", run_job(job.json()["id"]).id))
    job = director.post(
        "/exports", {"object": "customers", "fields": ["name", "phone"], "format": "csv", "filter": EVERYTHING}
    )
    trail.note("file_id", run_job(trail.note("job_id", job.json()["id"])).result["file"])
    trail.note("export_id", job.json()["result"].get("export") or director.get("/exports").json()["items"][0]["id"])
    rows = [["客户名称", "备注"], *([f.canary, "来自表格"] for f in world.of("customers"))]
    run = begin(director, csv_bytes(rows), name="客户.csv", dry_run=True)
    trail.note("import_id", run["id"])
    trail.note("file_id", run["file"]["id"] if isinstance(run.get("file"), dict) else run["file"])


def _messages(director: Caller, world: World, trail: Trail) -> None:
    """Everybody once followed a record he has lost sight of; everybody is named in a text about one he never saw."""
    hidden = [world.get("customers", slug) for slug in ("foreign", "closed", "boss")]
    for fact in hidden:
        for person in world.users.values():
            Follow.objects.get_or_create(user_id=person, object="customers", record_id=fact.id)
        everybody = " ".join(f"@[员工{name}]({key})" for name, key in world.users.items())
        path = f"/customers/{fact.id}"
        version = director.get(path).json()["version"]
        edited = director.patch(path, {"remark": f"金丝雀备注{fact.slug} {everybody}"}, version)
        assert edited.status_code == 200, edited.content.decode()
        trail.facts.append(replace(fact, canary=f"金丝雀备注{fact.slug}", secrets=()))
        note = director.post(
            "/interactions", {"customer": str(fact.id), "content": f"金丝雀面谈{fact.slug} {everybody}"}
        )
        assert note.status_code == 201, note.content.decode()
        trail.facts.append(
            replace(
                fact,
                object="interactions",
                id=UUID(note.json()["id"]),
                canary=f"金丝雀面谈{fact.slug}",
                owners=fact.owners | {"director"},
                departments=fact.departments | {home_of("director")},
                pool=None,
                secrets=(),
            )
        )
