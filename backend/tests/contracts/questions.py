"""Everything a person can ask the interface, for the crawl of the canary test: (words, request), every one of them undone again."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any
from zipfile import ZipFile

from django.http import HttpResponse

from kemai.base.jobs import run_job
from kemai.platform.objects.declare import Command, Field, declared_objects, get_object
from tests.calling import Caller
from tests.contracts import oracle
from tests.contracts.trail import Trail
from tests.platform.sheets import csv_bytes, upload
from tests.world import World

Question = tuple[str, Callable[[], HttpResponse]]
REASON = "客户来电核对"


def told(answer: HttpResponse) -> str:
    """All that an answer tells: its body, a workbook's sheets, its headers."""
    body = answer.getvalue()
    if body.startswith(b"PK"):
        with ZipFile(io.BytesIO(body)) as book:
            body = b"\n".join(book.read(name) for name in book.namelist())
    return body.decode(errors="replace") + json.dumps(dict(answer.headers), ensure_ascii=False)


def addresses(caller: Caller, method: str) -> Iterator[str]:
    """Every address of the API's own description that takes ``method``."""
    for path, operations in caller.get("/openapi.json").json()["paths"].items():
        if method in operations and path.startswith("/api/v1/"):
            yield path.removeprefix("/api/v1")


def filled(path: str, world: World, trail: Trail) -> Iterator[str]:
    """The address with every key somebody might put in. A kind of key nobody thought of here is given those of customers."""
    names = [part.split("}")[0] for part in path.split("{")[1:]]
    first = path.split("/")[1]
    customers = [str(f.id) for f in world.of("customers")]
    known = {
        "operation_id": trail.operations,
        **trail.places,
        **{name: ["customers"] for name in ("object_name", "object", "name")},
    }
    if first in oracle.SALES:
        known["id"] = [str(f.id) for f in world.of(first)]
    for keys in product(*(known.get(name, customers) for name in names)):
        one = path
        for name, key in zip(names, keys, strict=True):
            one = one.replace("{" + name + "}", key)
        yield one


def everything(caller: Caller, person: str, world: World, trail: Trail) -> Iterator[Question]:
    """All questions of one person."""
    yield from reading(caller, world, trail)
    yield from lists(caller)
    yield from creating(caller, world)
    yield from closed_doors(caller, person, world)
    yield from checks(caller, world)
    yield from sets(caller, person, world, trail)
    yield from taking_back(caller, trail)
    if oracle.scope_of(person, "customers", "import"):
        yield from files(caller, world)


def reading(caller: Caller, world: World, trail: Trail) -> Iterator[Question]:
    """Every GET, with everything that may be searched for, and every key there is."""
    for path in addresses(caller, "get"):
        if "{" in path:
            for one in filled(path, world, trail):
                yield one, lambda p=one: caller.get(p)
            continue
        yield path, lambda p=path: caller.get(p)
        for q in ("金丝雀", "jsq", "canary", "1390", "13800005000"):
            yield f"{path}?q={q}", lambda p=path, q=q: caller.get(p, q=q)
    asked: list[tuple[str, dict[str, Any]]] = [
        ("/exports", {"which": "all"}),
        ("/exports", {"which": "waiting"}),
        ("/operations", {"object": "customers"}),
        ("/quality", {"object": "customers", "by": "owner"}),
        ("/duplicates", {"object": "customers", "state": "merged"}),
        ("/duplicates", {"object": "customers", "mine": True}),
    ]
    asked += [("/operations", {"actor": str(key)}) for key in world.users.values()]
    asked += [("/merges", {"object": "customers", "id": str(f.id)}) for f in world.of("customers")]
    for path, query in asked:
        yield f"{path} {query}", lambda p=path, q=query: caller.get(p, **q)
    for fact in world.of("customers"):
        query = {"user": str(world.users["rep"]), "object": "customers", "record": str(fact.id)}
        yield f"explain {fact.slug}", lambda q=query: caller.get("/admin/explain", **q)


def lists(caller: Caller) -> Iterator[Question]:
    """Lists with all fields, by fields of what they refer to; groups, boards and calendars by every field that allows it."""
    for declaration in declared_objects():
        name = declaration.name
        fields = ",".join(declaration.by_name)
        yield (
            f"{name} all fields",
            lambda n=name, f=fields: caller.get(f"/{n}", fields=f"{f},can", limit=200, with_total=True),
        )
        for f in declaration.fields:
            if f.target in oracle.SALES:
                for inner in ("name", "title", "remark"):
                    tree = {"field": f"{f.name}.{inner}", "op": "contains", "value": "金丝雀"}
                    yield f"{name} by {f.name}.{inner}", lambda n=name, t=tree: caller.get(f"/{n}", filter=t, limit=200)
                related = {
                    "related": {"object": name, "field": f.name},
                    "measure": {"op": "count"},
                    "op": "gte",
                    "value": 1,
                }
                yield f"{f.target} with {name}", lambda n=f.target, t=related: caller.get(f"/{n}", filter=t, limit=200)
            if f.type.groupable:
                yield (
                    f"{name} grouped by {f.name}",
                    lambda n=name, g=f.name: caller.post(f"/{n}/aggregate", {"group_by": [g]}),
                )
                yield f"{name} board by {f.name}", lambda n=name, g=f.name: caller.get(f"/{n}/board", group=g)
            if f.type.name in ("date", "instant"):
                tree = {"field": f.name, "op": "is_null", "value": False}
                yield (
                    f"{name} calendar by {f.name}",
                    lambda n=name, t=tree, s=f.name: caller.get(f"/{n}", filter=t, fields=s, sort=s, limit=200),
                )


def creating(caller: Caller, world: World) -> Iterator[Question]:
    """Bodies that name what the caller may not see: references, doubles."""
    for fact in world.of("customers"):
        key = str(fact.id)
        twin = {"name": fact.canary.upper().replace("客户", "客户 ")}
        yield "create a double", lambda b=twin: caller.post("/customers", b)
        for name, body in (
            ("contacts", {"name": "甲", "customer": key}),
            ("opportunities", {"name": "乙", "customer": key}),
            ("interactions", {"customer": key, "content": "丙"}),
            ("tasks", {"title": "丁", "related": key}),
        ):
            yield f"create {name} at it", lambda n=name, b=body: caller.post(f"/{n}", b)
        yield "stale edit", lambda k=key: caller.patch(f"/customers/{k}", {"remark": "x"}, 999)
        if fact.pool is not None:
            yield "release", lambda k=key: caller.post(f"/customers/{k}/release", {"reason": "other"})


def _param(field: Field, world: World) -> Any:
    """Something a command's parameter may be."""
    if field.target == "users":
        return str(world.users["rep"])
    if field.target:
        return next((str(f.id) for f in world.of(field.target)), None)
    return {"text": REASON, "long_text": REASON, "integer": 1, "bool": True, "tags": []}.get(field.type.name)


def _body(command: Command, world: World) -> dict[str, Any]:
    return {f.name: value for f in command.params if (value := _param(f, world)) is not None}


def closed_doors(caller: Caller, person: str, world: World) -> Iterator[Question]:
    """Every command and every part of records that are not the caller's to see."""
    for fact in world.facts:
        if oracle.may(person, fact, "view"):
            if fact.pool is not None:  # seen, its numbers withheld
                for field in ("phone", "email", "address"):
                    body = {"field": field, "reason": REASON}
                    yield (
                        f"reveal {field} of pooled",
                        lambda k=fact.id, b=body: caller.post(f"/customers/{k}/reveal", b),
                    )
            continue
        declaration, path = get_object(fact.object), f"/{fact.object}/{fact.id}"
        for field in {declaration.title, "phone", "remark"} & declaration.by_name.keys():
            yield (
                f"reveal {path} {field}",
                lambda p=path, f=field: caller.post(f"{p}/reveal", {"field": f, "reason": REASON}),
            )
        for command in declaration.commands:
            for body in ({}, _body(command, world)):
                yield f"{command.name} {path}", lambda p=path, c=command.name, b=body: caller.post(f"{p}/{c}", b)
        for part in ("follow", "restore"):
            yield f"{part} {path}", lambda p=path, q=part: caller.post(f"{p}/{q}")
        yield f"unfollow {path}", lambda p=path: caller.delete(f"{p}/follow")
        yield f"mentionable {path}", lambda p=path: caller.get(f"{p}/mentionable", q="员工")
        yield (
            f"share {path}",
            lambda p=path: caller.post(f"{p}/shares", {"grantee_kind": "user", "grantee": str(world.users["guest"])}),
        )
        yield f"edit {path}", lambda p=path, t=declaration.title: caller.patch(p, {t: "我的"}, 1)
        yield f"delete {path}", lambda p=path: caller.delete(p, 1)


def checks(caller: Caller, world: World) -> Iterator[Question]:
    """Is it there already? Asked with what one might know of a record: its name, its number, its mail (CUS-9)."""
    for fact in world.of("customers"):
        known = {"name": fact.canary.upper().replace("客户", "客户 ")}
        yield f"check {fact.slug}", lambda b=known: caller.post("/customers/check", b)
        yield f"check edit of {fact.slug}", lambda k=fact.id, b=known: caller.post(f"/customers/check?id={k}", b)
        if fact.secrets:  # written differently, so that the answer repeats nothing that was asked
            numbers = {"phone": " ".join(fact.secrets[0]), "email": fact.secrets[1].upper()}
            yield f"check numbers of {fact.slug}", lambda b=numbers: caller.post("/customers/check", b)
            yield f"check contact {fact.slug}", lambda b=numbers: caller.post("/contacts/check", {"name": "某人", **b})


def sets(caller: Caller, person: str, world: World, trail: Trail) -> Iterator[Question]:
    """Sets of records named by key or by question: segments, views, doubles, merges, bulk work; looking as somebody else."""
    hidden = [str(f.id) for f in world.of("customers") if not oracle.may(person, f, "view")]
    canary = {"field": "name", "op": "contains", "value": "金丝雀"}
    for kind, more in (("static", {"ids": hidden}), ("static", {"filter": canary}), ("dynamic", {"filter": canary})):
        body = {"object": "customers", "name": "我的", "kind": kind, **more}
        yield f"segment {kind}", lambda b=body: _segment(caller, b)
    for segment in trail.places["segment_id"]:
        inside = {"in_segment": segment}
        yield (
            "members of a shared segment",
            lambda t=inside: caller.get("/customers", filter=t, limit=200, with_total=True),
        )
        for way in ("", "/remove"):
            yield "members by hand", lambda s=segment, w=way: caller.post(f"/segments/{s}/members{w}", {"ids": hidden})
        yield "count", lambda s=segment: caller.post(f"/segments/{s}/count")
    mine = next((f for f in world.of("customers") if oracle.may(person, f, "edit") and not f.deleted), None)
    for key in hidden if mine else ():
        for survivor, loser in ((str(mine.id), key), (key, str(mine.id))):  # type: ignore[union-attr]
            pair = {"object": "customers", "survivor": survivor, "loser": loser}
            yield "preview a merge", lambda b=pair: caller.post("/duplicates/preview", b)
            yield "merge", lambda s=survivor, o=loser: caller.post(f"/customers/{s}/merge", {"loser": o})
    for action, params in (("set", {"remark": "x"}), ("delete", {}), ("claim", {}), ("release", {"reason": "other"})):
        body = {"ids": hidden, "action": action, "params": params}
        yield f"bulk {action}", lambda b=body: _job(caller, "/customers/bulk", b)
    yield "find doubles", lambda: _job(caller, "/duplicates/find", {"object": "customers"})
    for name, key in world.users.items():
        yield f"look as {name}", lambda k=key: _look(caller, str(k))


def _segment(caller: Caller, body: dict[str, Any]) -> HttpResponse:
    """Made, counted, read with who came; what is told about it is put together."""
    made = caller.post("/segments", body)
    if made.status_code != 201:
        return made
    path = f"/segments/{made.json()['id']}"
    counting = caller.post(f"{path}/count")
    run_job(counting.json()["id"])
    return _together(
        made, counting, caller.get(f"/jobs/{counting.json()['id']}"), caller.get(path), caller.get(f"{path}/changes")
    )


def _job(caller: Caller, path: str, body: dict[str, Any]) -> HttpResponse:
    """Started, done by a worker, and read: its own answer, and the file it made."""
    started = caller.post(path, body)
    if started.status_code != 202:
        return started
    job = run_job(started.json()["id"])
    done = caller.get(f"/jobs/{job.id}")
    file = job.result.get("file")
    return _together(started, done, *([caller.get(f"/files/{file}/content")] if file else []))


def _look(caller: Caller, user: str) -> HttpResponse:
    """Whoever may look as another sees no more than he may himself; most may not at all."""
    started = caller.post("/view-as", {"user": user, "reason": REASON})
    if started.status_code != 200:
        return started
    return _together(started, *(caller.get(f"/{name}", limit=200) for name in oracle.SALES))


def _together(*answers: HttpResponse) -> HttpResponse:
    status = max(a.status_code for a in answers)
    return HttpResponse("\n".join(map(told, answers)), status=status)


def taking_back(caller: Caller, trail: Trail) -> Iterator[Question]:
    """What others did, taken back by somebody who was not there."""
    for token in trail.operations:
        for rest in (False, True):
            yield "undo", lambda k=token, r=rest: caller.post(f"/undo/{k}", {"rest": r})
    for fact in (f for f in trail.facts if f.deleted):
        path = f"/{fact.object}/{fact.id}"
        yield "restore what was merged", lambda p=path: caller.post(f"{p}/restore")
        yield (
            "restore many of it",
            lambda k=fact.id: _job(caller, "/customers/bulk", {"ids": [str(k)], "action": "restore"}),
        )
        yield "merge what was merged", lambda p=path: caller.post(f"{p}/merge", {"loser": p.rpartition("/")[2]})
        for part in ("", "/history", "/timeline", "?deleted=true"):
            yield "read what was merged", lambda p=path, q=part: caller.get(f"{p}{q}")
    for merge in trail.places["merge_id"]:
        yield "part", lambda k=merge: caller.post(f"/merges/{k}/undo")
    for run, verb in product(trail.places["import_id"], ("check", "commit", "undo")):
        yield f"import {verb}", lambda k=run, v=verb: caller.post(f"/imports/{k}/{v}")
    for export, verb in product(trail.places["export_id"], ("approve", "refuse", "withdraw")):
        yield f"export {verb}", lambda k=export, v=verb: caller.post(f"/exports/{k}/{v}", {"reason": REASON})


def files(caller: Caller, world: World) -> Iterator[Question]:
    """What leaves as a file, and what a file asks: exports of everything, an import that meets hidden records."""
    for name in oracle.SALES:
        fields = [f.name for f in get_object(name).fields]
        for form in ("csv", "xlsx"):
            body = {"object": name, "fields": fields, "format": form}
            yield f"export {name} {form}", lambda b=body: _job(caller, "/exports", b)
    rows = [
        ["客户名称", "电话"],
        *([f.canary.upper().replace("客户", "客户 "), " ".join(f.secrets[0])] for f in world.of("customers")),
    ]
    for mode in ("create", "update", "both"):
        yield f"import {mode}", lambda m=mode: _import(caller, rows, m)


def _import(caller: Caller, rows: list[list[Any]], mode: str) -> HttpResponse:
    """Checked, not written: with what its check says, line by line."""
    body = {"file": upload(caller, csv_bytes(rows), "客户.csv"), "object": "customers", "mode": mode, "dry_run": True}
    begun = caller.post("/imports", body)
    if begun.status_code != 201:
        return begun
    run_job(begun.json()["job"])
    read = caller.get(f"/imports/{begun.json()['id']}")
    faults = read.json()["error_file"]
    return _together(begun, read, *([caller.get(f"/files/{faults}/content")] if faults else []))
