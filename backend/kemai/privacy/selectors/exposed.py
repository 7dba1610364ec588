"""Who saw in clear, took out or received which persons between two moments (P-9): for the report after a leak, which names who is
concerned. From the audit, the keys kept with each export, and what webhooks delivered; one pass, however long the audit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from datetime import time as day_time
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from kemai.accounts.access import Actor, SystemActor, doer_label
from kemai.base import audit
from kemai.kit.clock import zone_of
from kemai.kit.errors import Invalid, Malformed
from kemai.kit.ids import parse_id
from kemai.kit.spreadsheet.writer import Column
from kemai.kit.words import T
from kemai.platform.custom.computed import company_zone
from kemai.platform.objects.declare import all_objects, get_object
from kemai.privacy.selectors.sheet import keep_sheet
from kemai.privacy.services.erase import trace_of

VIEW = "privacy.exposed.view"
PAGE = 50
NAMED = 100
TITLE = T("信息接触记录", "Who had personal data")
WAYS = {
    "reveal": T("查看明文", "Saw a masked value"),
    "export": T("导出", "Exported"),
    "privacy.copy": T("生成个人信息副本", "Made a person's copy"),
    "webhook": T("推送给外部系统", "Delivered to another system"),
}
HEADINGS = (
    T("时间", "When"),
    T("谁", "Who"),
    T("方式", "How"),
    T("记录类型", "Kind of record"),
    T("记录", "Record"),
    T("记录编号", "Key"),
    T("字段", "Fields"),
    T("原因或去向", "Reason or receiver"),
    T("地址", "Address"),
)
#: A webhook is delivered within 24 hours of what it tells, or when somebody sends it again.
DELIVERED_WITHIN = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Span:
    """From a moment up to before another; ``record``: about this record only."""

    start: datetime
    end: datetime
    record: UUID | None = None

    @classmethod
    def of(cls, start: str, end: str, record: str = "") -> Span:
        """Dates, whole days by the company's clock, or moments with their zone."""
        key = parse_id(record) if record else None
        if record and key is None:
            raise Malformed(what="record")
        span = cls(_moment("from", start), _moment("to", end, last=True), key)
        if span.end <= span.start:
            raise Invalid.one("to", "too_early", T("结束应晚于开始。", "The end comes before the beginning."))
        return span


def _moment(name: str, text: str, *, last: bool = False) -> datetime:
    try:
        if len(text) == 10:
            day = date.fromisoformat(text) + timedelta(days=int(last))
            return datetime.combine(day, day_time.min, zone_of(company_zone()))
        found = datetime.fromisoformat(text)
    except (ValueError, OverflowError) as error:
        raise Invalid.one(name, "not_date", T("请写日期，如 2026-11-30。", "Give a date, as 2026-11-30.")) from error
    return found if found.tzinfo else found.replace(tzinfo=zone_of(company_zone()))


@dataclass(frozen=True, slots=True)
class Exposure:
    """One occasion. ``records``: whose data it was; empty where an export of before keys were kept says only how many."""

    at: datetime
    who: str
    how: str
    object: str
    fields: list[str]
    about: str
    address: str
    count: int
    records: list[UUID] = field(default_factory=list)


_AUDIT = """
SELECT e.at, e.actor_id, e.actor_name, e.action, e.object, e.record_id, e.reason, e.data, e.address,
(SELECT array_agg(u.key ORDER BY x.id, u.place) FROM platform_exportedrecords x, unnest(x.record_ids) WITH ORDINALITY u (key, place)
  WHERE x.event_id = e.id)
FROM base_auditevent e
WHERE e.action = ANY(%(actions)s) AND e.at >= %(start)s AND e.at < %(end)s
AND (%(keys)s::uuid[] IS NULL OR e.record_id = ANY(%(keys)s)
  OR EXISTS (SELECT FROM platform_exportedrecords x WHERE x.event_id = e.id AND x.record_ids && %(keys)s)) ORDER BY e.at DESC, e.id DESC LIMIT %(limit)s
"""
_WEBHOOKS = """
SELECT d.finished_at, p.name, p.url, d.object, d.record_id, d.fields FROM integrations_webhookdelivery d
JOIN integrations_endpoint p ON p.id = d.endpoint_id
WHERE d.state = 'done' AND NOT d.test AND d.record_id IS NOT NULL AND d.occurred_at >= %(since)s AND d.occurred_at < %(end)s
AND d.finished_at >= %(start)s AND d.finished_at < %(end)s AND (%(keys)s::uuid[] IS NULL OR d.record_id = ANY(%(keys)s))
ORDER BY d.finished_at DESC LIMIT %(limit)s
"""


def exposures(span: Span, limit: int | None = None) -> list[Exposure]:
    """Every occasion, newest first. A person erased since stands there by his trace, and is found by his key all the same."""
    keys = [span.record, trace_of(span.record)] if span.record else None
    params: dict[str, Any] = {
        "actions": [way for way in WAYS if way != "webhook"],
        "start": span.start,
        "since": span.start - DELIVERED_WITHIN,
        "end": span.end,
        "keys": keys,
        "limit": limit,
    }
    with connection.cursor() as cursor:
        cursor.execute(_AUDIT, params)
        found = [_audited(row) for row in cursor.fetchall()]
        cursor.execute(_WEBHOOKS, params)
        found += [
            Exposure(at, name, "webhook", kind, fields or [], url, "", 1, [record])
            for at, name, url, kind, record, fields in cursor.fetchall()
        ]
    return sorted(found, key=lambda e: e.at, reverse=True)[:limit]


def _audited(row: tuple[Any, ...]) -> Exposure:
    at, actor_id, name, action, kind, record, reason, data, address, exported = row
    data = orjson.loads(data) if data else {}
    records = exported or ([record] if record else [])
    fields = data.get("fields") or ([data["field"]] if data.get("field") else [])
    count = int(data.get("rows") or len(records)) if action == "export" else len(records)
    return Exposure(at, doer_label(actor_id, name), action, kind, fields, reason, address, count, records)


# ---------------------------------------------------------------- in words


def _names(found: list[Exposure], most: int | None) -> dict[UUID, str]:
    """What the records are called today, one statement for each kind."""
    wanted: dict[str, set[UUID]] = {}
    for one in found:
        wanted.setdefault(one.object, set()).update(one.records[:most])
    known = {o.name for o in all_objects()}
    names: dict[UUID, str] = {}
    for kind, keys in wanted.items():
        if kind not in known:
            continue
        declaration = get_object(kind)
        title = declaration.by_name[declaration.title].expression
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT t.id, ({title})::text FROM {declaration.table} t WHERE t.id = ANY(%s)", [list(keys)]
            )
            names.update(cursor.fetchall())
    return names


def _fields(one: Exposure) -> list[str]:
    known = {o.name for o in all_objects()}
    by_name = get_object(one.object).by_name if one.object in known else {}
    return [by_name[name].label.to() if name in by_name else name for name in one.fields]


def _kind(name: str) -> str:
    return get_object(name).label.to() if name in {o.name for o in all_objects()} else name


def told(found: list[Exposure], most: int | None = NAMED) -> list[dict[str, Any]]:
    """Occasions as JSON; of each the first ``most`` records by name."""
    names = _names(found, most)
    return [
        {
            "at": one.at.isoformat(),
            "who": one.who,
            "how": one.how,
            "how_label": WAYS[one.how].to(),
            "object": one.object,
            "object_label": _kind(one.object),
            "fields": _fields(one),
            "about": one.about,
            "address": one.address,
            "count": one.count,
            "records": [{"id": str(k), "label": names.get(k)} for k in one.records[:most]],
        }
        for one in found
    ]


def exposed_json(actor: Actor, span: Span) -> dict[str, Any]:
    """The latest occasions of the span; ``more`` says that the spreadsheet has further ones."""
    actor.require(VIEW)
    found = exposures(span, PAGE + 1)
    audit.record(actor, "privacy.exposed", record_id=span.record, data=_asked(span))
    return {"items": told(found[:PAGE]), "more": len(found) > PAGE}


def exposed_file(actor: Actor, span: Span) -> UUID:
    """Every occasion and every person of it as a spreadsheet, a line each; its file's key."""
    actor.require(VIEW)
    columns = [Column(heading.to(), "instant" if n == 0 else "text") for n, heading in enumerate(HEADINGS)]
    file = keep_sheet(actor, TITLE, columns, _lines(span))
    audit.record(actor, "privacy.exposed", record_id=span.record, data={**_asked(span), "file": str(file)})
    return file


def _lines(span: Span) -> Iterator[list[Any]]:
    found = exposures(span)
    names = _names(found, None)
    for one in found:
        head = [one.at, one.who, WAYS[one.how].to(), _kind(one.object)]
        tail = ["、".join(_fields(one)), one.about, one.address]
        for key in (*one.records,) if one.records else (None,):
            label = (
                names.get(key, "")
                if key
                else T("{count} 条（未留名单）", "{count} records, keys not kept").to(count=one.count)
            )
            yield [*head, label, str(key or ""), *tail]


def _asked(span: Span) -> dict[str, str]:
    return {"from": span.start.isoformat(), "to": span.end.isoformat()}


def list_exposed(*, start: str, end: str, record: str = "") -> list[dict[str, Any]]:
    """``kemai exposed``: every occasion with all its records, for the operator of this machine; noted in the audit."""
    span = Span.of(start, end, record)
    found = told(exposures(span), None)
    audit.record(SystemActor("command line"), "privacy.exposed", record_id=span.record, data=_asked(span))
    return found
