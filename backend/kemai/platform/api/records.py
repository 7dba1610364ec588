"""The generic endpoints: one set of plain views for every kind of record, looked up in a dictionary (decisions.md 4)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import orjson
from django.http import HttpRequest, HttpResponse

from kemai.accounts.access import Actor
from kemai.base import audit, rates
from kemai.base.jobs import job_json
from kemai.base.models import Job
from kemai.kit.errors import Duplicate, Invalid, Malformed, MethodNotAllowed, NotFound, NotSignedIn, VersionRequired
from kemai.kit.http import json_response, read_flag, read_json
from kemai.kit.ids import parse_id
from kemai.kit.words import T
from kemai.platform.merging.merge import merged_into
from kemai.platform.objects import (
    board,
    bulk,
    following,
    groups,
    history,
    mentioning,
    read,
    reveal,
    segment_scope,
    shares,
    timeline,
    views,
    write,
)
from kemai.platform.objects.declare import ObjectType, get_object
from kemai.platform.objects.select import MAX_LIMIT, Query
from kemai.platform.objects.takeback import undo_change

View = Callable[..., HttpResponse]


def signed_in(request: HttpRequest) -> Actor:
    """The caller; :class:`NotSignedIn` when nobody."""
    actor: Actor | None = request.actor  # type: ignore[attr-defined]
    if actor is None:
        raise NotSignedIn
    return actor


def _key(text: str) -> UUID:
    key = parse_id(text)
    if key is None:
        raise NotFound
    return key


def query_of(declaration: ObjectType, data: dict[str, Any], *, actor: Actor) -> Query:
    """The list a request names: view, filter, search, sort, fields, limit, cursor."""
    view = views.shape_of(actor, declaration, str(data["view"])) if data.get("view") else None
    tree = segment_scope.put_in(actor, declaration, _merge(view.filter if view else None, data.get("filter")))
    fields = data.get("fields") or (view.columns if view and view.columns else declaration.columns)
    if isinstance(fields, str):
        fields = tuple(n for n in fields.split(",") if n and n != "can")
    return Query(
        fields=_readable(actor, declaration, tuple(fields), explicit=bool(data.get("fields"))),
        filter=orjson.dumps(tree).decode() if tree else "",
        q=str(data.get("q") or "").strip()[:200],
        sort=str(data.get("sort") or (view.sort if view and view.sort else declaration.default_sort)),
        deleted=read_flag(data, "deleted"),
        limit=_limit(data.get("limit")),
        cursor=str(data.get("cursor") or ""),
    )


def _readable(actor: Actor, declaration: ObjectType, names: tuple[str, ...], *, explicit: bool) -> tuple[str, ...]:
    """Default columns leave out what this person may not know of; a name asked for explicitly and hidden is refused later."""
    if explicit:
        return names
    return tuple(n for n in names if actor.access_to(declaration.name, n) != "hidden")


def _merge(first: Any, second: Any) -> Any:
    if isinstance(second, str):
        if len(second) > 20_000:
            raise Malformed(what="filter > 20,000 characters")
        try:
            second = orjson.loads(second) if second.strip() else None
        except orjson.JSONDecodeError as error:
            raise Malformed(what="filter is not JSON") from error
    return {"and": [first, second]} if first and second else first or second


def _limit(raw: Any) -> int:
    try:
        limit = int(raw or 50)
    except (TypeError, ValueError) as error:
        raise Malformed(what="limit") from error
    if not 1 <= limit <= MAX_LIMIT:
        raise Malformed(what=f"limit 1..{MAX_LIMIT}")
    return limit


def _with_can(actor: Actor, declaration: ObjectType, items: list[dict[str, Any]]) -> None:
    verdicts = read.verdicts(actor, declaration, [UUID(i["id"]) for i in items])
    for item in items:
        item["can"] = verdicts[item["id"]]


# ---------------------------------------------------------------- views


def collection(request: HttpRequest, object_name: str) -> HttpResponse:
    """GET the list, POST a new record."""
    actor, declaration = signed_in(request), get_object(object_name)
    if request.method == "POST":
        try:
            return _create(request, actor, declaration)
        except Duplicate:
            _note_probing(actor, declaration)
            raise
    if request.method != "GET":
        raise MethodNotAllowed("GET", "POST")
    data = request.GET.dict()
    query = query_of(declaration, data, actor=actor)
    items, following = read.list_page(actor, declaration, query)
    if "can" in str(data.get("fields", "")).split(","):
        _with_can(actor, declaration, items)
    total, exact = read.count(actor, declaration, query) if read_flag(data, "with_total") else (None, False)
    return json_response({"items": items, "next_cursor": following, "total": total, "total_is_exact": exact})


def _note_probing(actor: Actor, declaration: ObjectType) -> None:
    """Asking by trial what others have is counted and logged (CUS-9); outside the refused transaction, which takes nothing along."""
    audit.record(actor, "duplicate.refused", object=declaration.name)
    rates.take(f"duplicates:{actor.id}", limit=60, seconds=3600)


def _create(request: HttpRequest, actor: Actor, declaration: ObjectType) -> HttpResponse:
    key = write.create_record(actor, declaration, read_json(request))
    return _detail(actor, declaration, key, status=201)


def _detail(
    actor: Actor, declaration: ObjectType, key: UUID, *, status: int = 200, deleted: bool = False, **more: Any
) -> HttpResponse:
    item = read.get_detail(actor, declaration, key, deleted=deleted)
    if declaration.opened and status == 200 and not deleted:
        declaration.opened(actor, item)
    headers = {"ETag": f'"{item["version"]}"'}
    if status == 201:
        headers["Location"] = f"/api/v1/{declaration.name}/{key}"
    return json_response({**item, **more}, status, headers)


def record(request: HttpRequest, object_name: str, key: str) -> HttpResponse:
    """GET, PATCH or DELETE one record."""
    actor, declaration, record_id = signed_in(request), get_object(object_name), _key(key)
    if request.method == "GET":
        deleted = read_flag(request.GET, "deleted")
        if deleted:
            actor.require(declaration.perm("delete"))
        try:
            return _detail(actor, declaration, record_id, deleted=deleted)
        except NotFound:
            return _merged(actor, declaration, record_id)
    if request.method == "PATCH":
        version = _if_match(request)
        write.update_record(actor, declaration, record_id, read_json(request), version=version)
        return _detail(actor, declaration, record_id)
    if request.method == "DELETE":
        version = _if_match(request)
        actor.require(declaration.perm("view"))
        write.delete_records(actor, declaration, [record_id], version=version)
        return HttpResponse(status=204)
    raise MethodNotAllowed("GET", "PATCH", "DELETE")


def _merged(actor: Actor, declaration: ObjectType, key: UUID) -> HttpResponse:
    """The address of a merged record answers with the one it has become part of, where the asker may see that (CUS-9)."""
    survivor = merged_into(declaration, key)
    if survivor is None:
        raise NotFound
    answer = _detail(actor, declaration, survivor, merged_from=key)
    answer["Content-Location"] = f"/api/v1/{declaration.name}/{survivor}"
    return answer


def _if_match(request: HttpRequest) -> int:
    text = request.headers.get("If-Match")
    if not text:
        raise VersionRequired
    text = text.strip().removeprefix("W/").strip('"')
    if not text.isdecimal() or len(text) > 9:
        raise Malformed(what="If-Match")
    return int(text)


def version_read(request: HttpRequest) -> int | None:
    """The version a named endpoint's ``If-Match`` speaks of; None where it does not say."""
    return _if_match(request) if request.headers.get("If-Match") else None


def record_part(request: HttpRequest, object_name: str, key: str, part: str) -> HttpResponse:
    """GET history, timeline, shares; POST restore or a command."""
    actor, declaration, record_id = signed_in(request), get_object(object_name), _key(key)
    if part == "shares" or (part == "share" and request.method == "POST"):
        return _shares(request, actor, declaration, record_id)
    if part == "follow":
        return _follow(request, actor, declaration, record_id)
    if request.method == "GET":
        cursor = request.GET.get("cursor", "")
        if part == "mentionable":
            found = mentioning.offer_people(actor, declaration, record_id, request.GET.get("q", ""))
            return json_response({"items": found})
        if part == "history":
            return json_response(history.record_history(actor, declaration, record_id, cursor=cursor))
        if part == "timeline" and declaration.timeline:
            return json_response(timeline.record_timeline(actor, declaration, record_id, cursor=cursor))
        raise MethodNotAllowed("POST") if part in declaration.command_map or part in ("restore", "reveal") else NotFound
    if request.method != "POST":
        raise MethodNotAllowed("GET" if part in ("mentionable", "history", "timeline") else "POST")
    if part == "restore":
        return _restore(actor, declaration, record_id)
    if part == "reveal":
        data = read_json(request)
        value = reveal.reveal(actor, declaration, record_id, field_name=data.get("field"), reason=data.get("reason"))
        return json_response(value, headers={"Cache-Control": "no-store"})
    return _command(request, actor, declaration, record_id, part)


def _follow(request: HttpRequest, actor: Actor, declaration: ObjectType, key: UUID) -> HttpResponse:
    if request.method == "POST":
        return json_response(following.follow(actor, declaration, key))
    if request.method == "DELETE":
        return json_response(following.unfollow(actor, declaration, key))
    raise MethodNotAllowed("POST", "DELETE")


def _restore(actor: Actor, declaration: ObjectType, key: UUID) -> HttpResponse:
    write.restore_record(actor, declaration, key)
    return _detail(actor, declaration, key)


def _command(request: HttpRequest, actor: Actor, declaration: ObjectType, key: UUID, name: str) -> HttpResponse:
    token = write.run_command(actor, declaration, name, key, read_json(request))
    more: dict[str, Any] = {"undo": token} if token else {}
    try:
        return _detail(actor, declaration, key, **more)
    except NotFound:  # given away beyond one's own sight, or gone: done all the same
        return json_response({"id": key, "gone": True, **more})


def _shares(request: HttpRequest, actor: Actor, declaration: ObjectType, key: UUID) -> HttpResponse:
    if request.method == "GET":
        return json_response({"items": shares.list_shares(actor, declaration, key)})
    if request.method == "POST":
        return json_response({"items": shares.share(actor, declaration, key, read_json(request))}, 201)
    if request.method == "DELETE":
        shares.unshare(actor, declaration, key, _key(str(read_json(request).get("id") or request.GET.get("id", ""))))
        return json_response({"items": shares.list_shares(actor, declaration, key)})
    raise MethodNotAllowed("GET", "POST", "DELETE")


def options(request: HttpRequest, object_name: str) -> HttpResponse:
    """Records for a picker."""
    actor, declaration = signed_in(request), get_object(object_name)
    _only(request, "GET")
    actor.require(declaration.perm("view"))
    ids = (
        [k for part in request.GET.get("ids", "").split(",") if (k := parse_id(part))]
        if request.GET.get("ids")
        else None
    )
    found = read.list_options(
        actor,
        declaration,
        q=request.GET.get("q", ""),
        limit=_limit(request.GET.get("limit") or 20),
        ids=ids,
        filter=request.GET.get("filter", ""),
    )
    return json_response({"items": found})


def aggregate(request: HttpRequest, object_name: str) -> HttpResponse:
    """Groups with figures."""
    actor, declaration = signed_in(request), get_object(object_name)
    _only(request, "POST")
    data = read_json(request)
    group_by, measures = data.get("group_by") or [], data.get("measures") or [{"op": "count"}]
    if not isinstance(group_by, list) or not isinstance(measures, list):
        raise Malformed(what="group_by, measures")
    query = query_of(declaration, {**data, "fields": None, "limit": None}, actor=actor)
    found = groups.group_records(
        actor,
        declaration,
        query=query,
        group_by=group_by,
        measures=measures,
        order=str(data.get("order") or "-count"),
        limit=_groups_limit(data.get("limit")),
        with_total=read_flag(data, "with_total"),
    )
    return json_response({"groups": found.groups, "total": found.total, "more": found.more})


def _groups_limit(raw: Any) -> int:
    if raw is None:
        return groups.MAX_GROUPS
    if isinstance(raw, bool) or not isinstance(raw, int) or raw < 1:
        raise Malformed(what="limit")
    return min(raw, groups.MAX_GROUPS)


def check(request: HttpRequest, object_name: str) -> HttpResponse:
    """Try values of a new record, or changes of one (``?id=``), while they are typed: what is wrong, what exists already (CUS-9)."""
    actor, declaration = signed_in(request), get_object(object_name)
    _only(request, "POST")
    rates.take(f"check:{actor.id}", limit=120, seconds=60)
    values = read_json(request)
    if request.GET.get("id"):
        found = write.check_edit(actor, declaration, _key(request.GET["id"]), values)
    else:
        found = write.check_record(actor, declaration, values)
    if found.withheld:
        _note_probing(actor, declaration)
    errors = [{"field": e.field, "code": e.code, "message": e.text()} for e in found.errors]
    return json_response({"errors": errors, "doubles": found.doubles})


def board_view(request: HttpRequest, object_name: str) -> HttpResponse:
    """The board's columns with counts, sums and the first cards."""
    actor, declaration = signed_in(request), get_object(object_name)
    _only(request, "GET")
    data = request.GET.dict()
    group = data.get("group", "")
    if declaration.board is None and not group:
        raise NotFound
    query = query_of(declaration, {**data, "limit": data.get("limit") or 12}, actor=actor)
    if declaration.board is None or group not in ("", declaration.board.group):
        actor.require(declaration.perm("view"))
        total = data.get("sum", "")
        return json_response(
            board.load_field_board(actor, declaration, query, group=group, total=total, names=query.fields)
        )
    return json_response(board.load_board(actor, declaration, query, scope=parse_id(data.get("scope", ""))))


def bulk_view(request: HttpRequest, object_name: str) -> HttpResponse:
    """Start a bulk job over chosen records or everything a filter finds."""
    actor, declaration = signed_in(request), get_object(object_name)
    _only(request, "POST")

    def start() -> HttpResponse:
        data = read_json(request)
        ids = data.get("ids")
        if ids is not None and (not isinstance(ids, list) or not all(parse_id(i) for i in ids)):
            raise Invalid.one("ids", "not_ids", T("ids 应为记录编号列表。", "ids takes a list of record ids."))
        query = None if ids is not None else query_of(declaration, {**data, "fields": None, "sort": None}, actor=actor)
        action, params = data.get("action"), data.get("params") or {}
        if not isinstance(action, str) or not isinstance(params, dict):
            raise Malformed(what="action, params")
        return json_response(
            job_json(bulk.start_bulk(actor, declaration, ids=ids, query=query, action=action, params=params)), 202
        )

    return start()


def undo(request: HttpRequest, token: str) -> HttpResponse:
    """Take an operation back: one record at once, many as a job."""
    actor = signed_in(request)
    _only(request, "POST")
    done = undo_change(actor, _key(token), rest=read_json(request).get("rest") is True)
    return json_response(job_json(done), 202) if isinstance(done, Job) else json_response(done)


def _only(request: HttpRequest, method: str) -> None:
    if request.method != method:
        raise MethodNotAllowed(method)
