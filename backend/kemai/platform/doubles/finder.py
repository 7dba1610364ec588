"""Finding doubles among everything there is: the review queue (CUS-9).

The keys are hashes and spread evenly, so the whole is gone through in 256 slices of the key range: constant memory, progress for free,
and a job whose worker died goes on with its next slice. New and changed records are compared by the same code as they come.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations
from typing import Any
from uuid import UUID

import orjson
from django.db import connection, transaction

from kemai.accounts.access import Actor
from kemai.accounts.sessions import actor_of
from kemai.base.jobs import JobRun, job_kind, start_job
from kemai.base.models import Job, ParameterValue
from kemai.base.parameters import Parameter, declare
from kemai.kit.errors import NotFound
from kemai.kit.ids import new_id
from kemai.kit.words import T, language
from kemai.platform.doubles.compare import compare, total
from kemai.platform.doubles.rules import Rules, rules_of
from kemai.platform.doubles.store import PER_KEY, all_keys, put_keys
from kemai.platform.models import DuplicatePair
from kemai.platform.objects.declare import ObjectType, all_objects, get_object

SLICES = 256
_WIDTH = 2**64 // SLICES
BATCH = 2000
Pair = tuple[UUID, UUID]

NIGHTLY = declare(
    Parameter(
        "duplicates.nightly",
        "bool",
        True,
        T("每晚自动查找重复记录", "Look for duplicates every night"),
        T("数据", "Data"),
        T(
            "关闭后，新建和修改的记录仍会即时比对。",
            "When off, new and changed records are still compared as they come.",
        ),
    )
)

_GROUPS = (
    "SELECT array_agg(record_id) FROM platform_match_key WHERE object = %s AND key >= %s AND key <= %s "
    f"GROUP BY key HAVING count(*) BETWEEN 2 AND {PER_KEY}"
)
_NEIGHBOURS = f"""
SELECT DISTINCT least(mine.record_id, other.record_id), greatest(mine.record_id, other.record_id) FROM platform_match_key mine
CROSS JOIN LATERAL (
    SELECT record_id FROM platform_match_key WHERE object = mine.object AND key = mine.key LIMIT {PER_KEY}
) other WHERE mine.object = %s AND mine.record_id = ANY(%s) AND other.record_id <> mine.record_id
"""
_KEEP = """
INSERT INTO platform_duplicate_pair AS p (id, object, one, two, score, reasons, state, note, found_at, run_id)
SELECT gen_random_uuid(), %(object)s, f.one, f.two, f.score, f.reasons::jsonb, 'open', '', now(), %(run)s
FROM unnest(%(ones)s::uuid[], %(twos)s::uuid[], %(scores)s::int[], %(reasons)s::text[]) AS f (one, two, score, reasons)
ON CONFLICT (object, one, two) DO UPDATE SET score = EXCLUDED.score, reasons = EXCLUDED.reasons, run_id = EXCLUDED.run_id
"""


def start_finding(actor: Actor, object_name: str) -> Job:
    """Queue a search over all records of a kind."""
    declaration = get_object(object_name)
    if declaration.doubles is None:
        raise NotFound
    actor.require(declaration.perm("merge"))
    label = T("查找重复记录", "Find duplicates")
    return start_job(actor.id, "duplicates.find", label=label, params={"object": object_name})


@job_kind("duplicates.find", T("查找重复", "Finding duplicates"), minutes=240)
def run_finding(run: JobRun) -> None:
    """Make missing keys (all of them, when the rules changed), then compare whatever shares one."""
    actor = actor_of(run.job.actor_id)
    language.set(actor.locale)
    declaration = get_object(run.params["object"])
    rules = rules_of(declaration)
    if not run.job.result.get("keyed"):
        make_keys(declaration, rules, anew=bool(run.params.get("keys")))
        run.result(keyed=True)
        run.total(SLICES)
    found = run.job.result.get("found", 0)
    for slice_number in range(run.job.done, SLICES):
        found += _compare_slice(declaration, rules, slice_number, run.job.id)
        run.result(found=found)
        run.step(succeeded=1)
    run.result(found=found, gone=_drop_others(declaration, run.job.id))


def _drop_others(declaration: ObjectType, run_id: UUID) -> int:
    """Open pairs that a whole search did not find any more leave the queue."""
    return DuplicatePair.objects.filter(object=declaration.name, state="open").exclude(run_id=run_id).delete()[0]


def find_nightly() -> int:
    """The whole search of every kind that has a queue, by the product itself (CUS-9): what rules changed at noon find is there in the
    morning. Returns how many pairs; nothing where it is switched off."""
    found = 0
    for declaration in all_objects() if NIGHTLY.value() else ():
        rules = rules_of(declaration)
        if declaration.merging and rules.keyed:
            run_id = new_id()
            make_keys(declaration, rules)
            found += sum(_compare_slice(declaration, rules, number, run_id) for number in range(SLICES))
            _drop_others(declaration, run_id)
    return found


def make_keys(declaration: ObjectType, rules: Rules, *, anew: bool = False) -> int:
    """Store the keys of records that have none, or of all; batch by batch in key order. Returns how many records were gone through."""
    columns = sorted(rules.watched)
    missing = (
        ""
        if anew
        else "AND NOT EXISTS (SELECT 1 FROM platform_match_key k WHERE k.object = %(object)s AND k.record_id = t.id)"
    )
    select = ", ".join(["t.id", *(f"t.{c}" for c in columns)])
    after: UUID | None = None
    count = 0
    while True:
        with transaction.atomic():
            with connection.cursor() as cursor:
                # Before the first statistics of the keys the planner may read them all to leave out the records that have some.
                cursor.execute("SET LOCAL statement_timeout = '5min'")
                cursor.execute(
                    f"SELECT {select} FROM {declaration.table} t WHERE (%(after)s::uuid IS NULL OR t.id > %(after)s) "
                    f"{missing} ORDER BY t.id LIMIT {BATCH} FOR SHARE OF t",
                    {"after": after, "object": declaration.name},
                )
                rows = [dict(zip(("id", *columns), row, strict=True)) for row in cursor.fetchall()]
            if not rows:
                return count
            keys = {row["id"]: all_keys(rules, declaration, row) for row in rows}
            put_keys(declaration, keys, [row["id"] for row in rows] if anew else [])
        after = rows[-1]["id"]
        count += len(rows)


_MADE = "system.match_keys."
"""Remembers for which kinds of record the keys of what was there before have been made."""


def fill_keys() -> int:
    """Make the keys of records from before there were any: once after an upgrade, again from where it stopped. Returns how many."""
    count = 0
    made = set(ParameterValue.objects.filter(code__startswith=_MADE).values_list("code", flat=True))
    for declaration in all_objects():
        rules = rules_of(declaration)
        if rules.keyed and _MADE + declaration.name not in made:
            count += make_keys(declaration, rules)
            ParameterValue.objects.update_or_create(code=_MADE + declaration.name, defaults={"value": True})
    return count


def _compare_slice(declaration: ObjectType, rules: Rules, number: int, run_id: UUID) -> int:
    low = -(2**63) + number * _WIDTH
    with connection.cursor() as cursor:
        cursor.execute(_GROUPS, [declaration.name, low, low + _WIDTH - 1])
        groups = cursor.fetchall()
    pairs = {tuple(sorted(pair)) for (ids,) in groups for pair in combinations(set(ids), 2)}
    found = 0
    ordered = sorted(pairs)
    for start in range(0, len(ordered), BATCH):
        found += keep_pairs(declaration, rules, ordered[start : start + BATCH], run_id)
    return found


def look_again(declaration: ObjectType, ids: list[UUID]) -> int:
    """Compare records that are new or were changed with everything they share a key with; what they are no doubles of any more leaves
    the queue."""
    rules = rules_of(declaration)
    if not rules.keyed:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_NEIGHBOURS, [declaration.name, ids])
        pairs = cursor.fetchall()
        cursor.execute(
            "DELETE FROM platform_duplicate_pair WHERE object = %s AND state = 'open' AND (one = ANY(%s) OR two = ANY(%s))",
            [declaration.name, ids, ids],
        )
    return keep_pairs(declaration, rules, pairs, None)


def keep_pairs(declaration: ObjectType, rules: Rules, pairs: Iterable[Pair], run_id: UUID | None) -> int:
    """Put those pairs that a rule holds of into the queue; what was decided stays decided."""
    pairs = list(pairs)
    rows = _rows(declaration, rules, {key for pair in pairs for key in pair})
    kept: list[tuple[UUID, UUID, int, str]] = []
    for one, two in pairs:
        if one not in rows or two not in rows:
            continue
        reasons = [r for rule in rules.keyed if (r := compare(rule, rows[one], rows[two], rules.columns))]
        if reasons:
            told = [{"rule": r.rule.code, "score": r.score, "details": r.details} for r in reasons]
            kept.append((one, two, total(reasons), orjson.dumps(told).decode()))
    if kept:
        params: dict[str, Any] = {"object": declaration.name, "run": run_id}
        for n, name in enumerate(("ones", "twos", "scores", "reasons")):
            params[name] = [k[n] for k in kept]
        with connection.cursor() as cursor:
            cursor.execute(_KEEP, params)
    return len(kept)


def _rows(declaration: ObjectType, rules: Rules, ids: set[UUID]) -> dict[UUID, dict[str, Any]]:
    columns = sorted(rules.watched)
    if not ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(['id', *columns])} FROM {declaration.table} WHERE id = ANY(%s) AND deleted_at IS NULL",
            [list(ids)],
        )
        return {row[0]: dict(zip(columns, row[1:], strict=True)) for row in cursor.fetchall()}
