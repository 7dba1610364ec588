"""Taking out of the audit what it tells of a person, without breaking the chain of its seals (P-4, P-7).

Of a sealed row that loses values two digests are kept: of what it said, which the chain goes on through, and of what it says now, which
it is held to. They belong to an event that says who decided, and whose data hold the digest of them all; that event is sealed like any
other. So values can be taken away only in the open, and nothing can be put in their place.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from kemai.base import audit
from kemai.base.audit import Doer
from kemai.base.digests import Broken, content_of, row_digest

#: Sealing and erasing never meet: which rows are sealed does not change under an erasure.
LOCK = "hashtext('kemai.seal')"
ERASED = "erased"
MARK = "***"


@dataclass(frozen=True, slots=True)
class Cut:
    """What is taken out. ``traces``: records of the person → what the audit knows them by from now on; they lose all values.
    ``columns``: table → the columns whose values go, of the records in ``others``. ``everywhere`` and ``nearby``: patterns of what names him
    in any row, and in rows of ``near`` only; empty for none."""

    traces: dict[UUID, UUID]
    others: list[UUID] = field(default_factory=list)
    columns: dict[str, list[str]] = field(default_factory=dict)
    near: list[UUID] = field(default_factory=list)
    everywhere: str = ""
    nearby: str = ""


def scrubbed(text: str, pattern: str) -> str:
    """SQL: ``text`` with every match of the bound ``pattern`` taken out."""
    return f"regexp_replace({text}, %({pattern})s, '{MARK}', 'gi')"


def scrubbed_json(text: str, pattern: str) -> str:
    """The same of JSON as text; a bare number that is a match becomes null, so that it stays JSON."""
    bare = f"regexp_replace({text}, '([:,\\[]\\s*)(?:' || %({pattern})s || ')(?=\\s*[],}}])', '\\1null', 'gi')"
    return scrubbed(bare, pattern)


_NEVER = r"\Zx"  # what no text matches
_TARGETS = {
    "base_audit_change": """
CREATE TEMP TABLE erasing ON COMMIT DROP AS SELECT r.id, r.at, {digest} AS before, COALESCE(t.trace, r.record_id) AS record_id,
    CASE WHEN r.diff IS NULL THEN NULL WHEN t.trace IS NOT NULL THEN '{{}}'::jsonb ELSE {scrub}::jsonb END AS diff
FROM base_audit_change r
LEFT JOIN unnest(%(own)s::uuid[], %(traces)s::uuid[]) t (own, trace) ON t.own = r.record_id
CROSS JOIN LATERAL (SELECT CASE WHEN r.record_id = ANY(%(others)s::uuid[]) THEN COALESCE((
    SELECT jsonb_object_agg(d.key, d.value) FROM jsonb_each(r.diff) d
    WHERE d.key NOT LIKE 'custom.%%' AND NOT COALESCE(%(columns)s::jsonb -> r.object ? d.key, false)), '{{}}'::jsonb)
    ELSE r.diff END AS diff) k
WHERE t.trace IS NOT NULL OR r.record_id = ANY(%(others)s::uuid[]) OR r.diff::text ~* %(everywhere)s
    OR (r.record_id = ANY(%(near)s::uuid[]) AND r.diff::text ~* %(nearby)s)
""",
    "base_auditevent": """
CREATE TEMP TABLE erasing ON COMMIT DROP AS SELECT r.id, {digest} AS before, COALESCE(t.trace, r.record_id) AS record_id,
    CASE WHEN t.trace IS NOT NULL THEN '' ELSE {reason} END AS reason,
    CASE WHEN t.trace IS NOT NULL OR r.data IS NULL THEN NULL ELSE {scrub}::jsonb END AS data
FROM base_auditevent r LEFT JOIN unnest(%(own)s::uuid[], %(traces)s::uuid[]) t (own, trace) ON t.own = r.record_id
WHERE t.trace IS NOT NULL OR r.reason ~* %(everywhere)s OR r.data::text ~* %(everywhere)s
    OR (r.record_id = ANY(%(near)s::uuid[]) AND (r.reason ~* %(nearby)s OR r.data::text ~* %(nearby)s))
""",
}
_CHANGE = {
    "base_audit_change": "UPDATE base_audit_change r SET diff = e.diff, record_id = e.record_id FROM erasing e WHERE r.id = e.id AND r.at = e.at",
    "base_auditevent": "UPDATE base_auditevent r SET reason = e.reason, data = e.data, record_id = e.record_id FROM erasing e WHERE r.id = e.id",
}


def lock_seals() -> None:
    """Keep sealing out until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_advisory_xact_lock({LOCK})")


def erase_audit(actor: Doer, cut: Cut) -> int:
    """Take the person out of the audit, inside an open act under :func:`lock_seals`; returns how many rows told of him."""
    params: dict[str, Any] = {
        "own": list(cut.traces),
        "traces": list(cut.traces.values()),
        "others": cut.others,
        "near": cut.near,
        "columns": orjson.dumps(cut.columns).decode(),
        "everywhere": cut.everywhere or _NEVER,
        "nearby": cut.nearby or _NEVER,
    }
    rows = 0
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE erased (audited text, row_id bigint, before bytea, after bytea) ON COMMIT DROP;"
            "SELECT set_config('kemai.erasing', 'on', true)"
        )
        for table, targets in _TARGETS.items():
            sql = targets.format(
                digest=row_digest(table),
                reason=_both("r.reason", json=False),
                scrub=_both("k.diff::text" if table == "base_audit_change" else "r.data::text", json=True),
            )
            cursor.execute(sql, params)
            cursor.execute(_CHANGE[table])
            rows += cursor.rowcount
            cursor.execute(
                f"INSERT INTO erased SELECT '{table}', r.id, e.before, {row_digest(table)} FROM erasing e JOIN {table} r ON r.id = e.id "
                f"WHERE r.id <= (SELECT max(last_id) FROM base_auditseal WHERE audited = '{table}') AND e.before <> {row_digest(table)}"
            )
            cursor.execute("DROP TABLE erasing")
        cursor.execute("SELECT set_config('kemai.erasing', '', true)")
        cursor.execute(f"SELECT count(*), encode({_digest_of()}, 'hex') FROM erased x")
        count, digest = cursor.fetchone()
        if count:
            event = audit.record(actor, ERASED, data={"rows": count, "digest": digest})
            cursor.execute(
                "INSERT INTO base_auditerasure (audited, row_id, before, after, event_id) SELECT audited, row_id, before, after, %s FROM erased "
                "ORDER BY audited, row_id",
                [event],
            )
        cursor.execute("DROP TABLE erased")
    return rows


def _both(text: str, *, json: bool) -> str:
    """SQL: both patterns taken out of ``text``, the second one in the records near the person only."""
    scrub = scrubbed_json if json else scrubbed
    far = scrub(text, "everywhere")
    return f"(CASE WHEN r.record_id = ANY(%(near)s::uuid[]) THEN {scrub(far, 'nearby')} ELSE {far} END)"


def _digest_of() -> str:
    """SQL for the digest of erasures ``x``, as their event holds it."""
    return (
        "sha256(COALESCE(string_agg(convert_to(x.audited || ':' || x.row_id, 'UTF8') || x.before || x.after, ''::bytea "
        "ORDER BY x.audited, x.row_id), ''::bytea))"
    )


# ---------------------------------------------------------------- the check


def content_before_erasures(table: str, first: int, last: int) -> bytes:
    """What the rows of a block said when it was sealed: of erased ones the digest kept instead."""
    kept = f"COALESCE((SELECT e.before FROM base_auditerasure e WHERE e.audited = '{table}' AND e.row_id = r.id ORDER BY e.id LIMIT 1), {row_digest(table)})"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {content_of(table, kept)} FROM {table} r WHERE r.id BETWEEN %s AND %s", [first, last])
        return bytes(cursor.fetchone()[0])


_CHAIN = """
SELECT e.row_id FROM base_auditerasure e LEFT JOIN LATERAL (
    SELECT n.before FROM base_auditerasure n WHERE n.audited = e.audited AND n.row_id = e.row_id AND n.id > e.id ORDER BY n.id LIMIT 1
) later ON true LEFT JOIN {table} r ON r.id = e.row_id
WHERE e.audited = '{table}' AND e.after IS DISTINCT FROM COALESCE(later.before, {digest})
"""


def check_erasures() -> list[Broken]:
    """Erased rows that say anything else than what was left of them, and erasures that no event of the audit stands for."""
    found = []
    with connection.cursor() as cursor:
        for table in _TARGETS:
            cursor.execute(_CHAIN.format(table=table, digest=row_digest(table)))
            found += [Broken(table, row, row, "an erased row was changed") for (row,) in cursor.fetchall()]
        cursor.execute(
            f"SELECT x.event_id, min(x.row_id) FROM base_auditerasure x LEFT JOIN base_auditevent v ON v.id = x.event_id AND v.action = '{ERASED}' "
            f"GROUP BY x.event_id, v.data HAVING v.data ->> 'digest' IS DISTINCT FROM encode({_digest_of()}, 'hex')"
        )
        found += [
            Broken("base_auditerasure", row, row, f"no decision stands for it (event {event})")
            for event, row in cursor.fetchall()
        ]
    return found
