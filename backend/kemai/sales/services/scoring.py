"""Scores of leads, kept and explained part by part (SAL-1, GRD-10). One statement for a batch, whatever the number of rules."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from kemai.accounts.access import Actor, SystemActor, require_visible
from kemai.base.audit import act
from kemai.base.jobs import JobRun, job_kind
from kemai.customers.services.recycle_rules import refresh
from kemai.kit.clock import now
from kemai.kit.errors import NotFound
from kemai.kit.words import EN, T
from kemai.platform.objects.declare import Draft, get_object
from kemai.platform.objects.filters import compile_filter
from kemai.platform.objects.read import day_params
from kemai.platform.objects.secrecy import HIDDEN, MASKED, access_of
from kemai.platform.objects.write import update_rows
from kemai.sales.models import Lead, LeadRule
from kemai.sales.rules.leads import OPEN
from kemai.sales.rules.scoring import (
    FOLLOW_UPS_MOST,
    PER_FOLLOW_UP,
    PER_SUBMISSION,
    RECENT,
    SILENT,
    Behaviour,
    Part,
    Weights,
    compute_behaviour,
    compute_score,
)
from kemai.sales.services.lead_holding import LEADS

SCORING = SystemActor("lead scoring")
BATCH = 100


def matching(rules: list[LeadRule], keys: list[UUID]) -> dict[UUID, list[bool]]:
    """Which rules hold of which leads, in one statement. Conditions mean what they mean in a list's filter, with the rights of the
    system: a rule is the administrator's."""
    declaration = get_object("leads")
    params: dict[str, Any] = {**day_params(SCORING), **SCORING.params, "ids": keys}
    selects = []
    for n, rule in enumerate(rules):
        compiled = compile_filter(SCORING, declaration, rule.condition)
        sql = compiled.sql or "TRUE"
        for name, value in compiled.params.items():
            if name in params and params[name] == value:
                continue
            sql = sql.replace(f"%({name})s", f"%(r{n}_{name})s")
            params[f"r{n}_{name}"] = value
        selects.append(f"COALESCE({sql}, FALSE)")
    columns = "".join(f", {s}" for s in selects)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT t.id{columns} FROM sales_lead t WHERE t.id = ANY(%(ids)s)", params)
        return {row[0]: list(row[1:]) for row in cursor.fetchall()}


_FACTS = """
SELECT l.id, l.created_at, COALESCE(i.n, 0), COALESCE(s.n, 0), GREATEST(i.at, s.at), l.score, l.score_parts::text
FROM sales_lead l
LEFT JOIN LATERAL (SELECT count(*) AS n, max(occurred_at) AS at FROM activities_interaction
    WHERE lead_id = l.id AND deleted_at IS NULL) i ON TRUE
LEFT JOIN LATERAL (SELECT count(*) AS n, max(at) AS at FROM sales_formsubmission
    WHERE lead_id = l.id AND outcome <> 'spam') s ON TRUE
WHERE l.id = ANY(%s)
"""


def rescore(keys: Iterable[UUID]) -> int:
    """Count the scores of these leads anew; returns how many changed. Computed: neither version nor history moves."""
    wanted = list(dict.fromkeys(keys))
    if not wanted:
        return 0
    rules = list(LeadRule.objects.filter(kind="score", active=True).order_by("position", "id"))
    holds = matching(rules, wanted)
    weights = Weights(
        PER_FOLLOW_UP.value(), FOLLOW_UPS_MOST.value(), PER_SUBMISSION.value(), RECENT.value(), SILENT.value()
    )
    with connection.cursor() as cursor:
        cursor.execute(_FACTS, [wanted])
        rows = cursor.fetchall()
    changed = []
    for key, since, follow_ups, submissions, last_at, score, parts_text in rows:
        parts = [
            Part(T(r.name, r.name), r.points) for r, held in zip(rules, holds[key], strict=True) if held and r.points
        ]
        parts += compute_behaviour(Behaviour(follow_ups, submissions, last_at, since), weights, now())
        told = [{"zh": p.label.zh, "en": p.label.en, "points": p.points} for p in parts]
        if compute_score(parts) != score or told != orjson.loads(parts_text or "[]"):
            changed.append(Draft(key, {}, {"score": compute_score(parts), "score_parts": told}))
    if changed:
        update_rows(get_object("leads"), None, changed, touch=False)
        refresh(LEADS, [draft.id for draft in changed])  # a rule of recycling may go by the score
    return len(changed)


def read_score(actor: Actor, lead_id: UUID) -> dict[str, Any]:
    """A lead's score and what it is made of, in the reader's language; the weightiest part first."""
    declaration = get_object("leads")
    view = declaration.perm("view")
    actor.require(view)
    if access_of(actor, declaration, declaration.by_name["score"]) in (HIDDEN, MASKED):
        raise NotFound
    require_visible(actor, view, declaration.ownership, table=declaration.table, key=lead_id)
    score, parts = Lead.objects.filter(pk=lead_id).values_list("score", "score_parts").get()
    told = [{"label": part["en"] if actor.locale == EN else part["zh"], "points": part["points"]} for part in parts]
    return {"score": score, "parts": sorted(told, key=lambda part: -abs(part["points"]))}


def rescore_open() -> int:
    """The nightly count: what is only a matter of time (recent, silent) changes without anybody's doing."""
    count, after = 0, UUID(int=0)
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id FROM sales_lead WHERE id > %s AND deleted_at IS NULL AND status = ANY(%s) ORDER BY id LIMIT %s",
                [after, list(OPEN), BATCH],
            )
            keys = [row[0] for row in cursor.fetchall()]
        if not keys:
            return count
        with act(SCORING, "rescore", object="leads"):
            count += rescore(keys)
        after = keys[-1]


@job_kind("leads.rescore", T("线索重新评分", "Scoring leads anew"))
def run_rescore(run: JobRun) -> None:
    """The same after the rules were changed."""
    run.result(changed=rescore_open())
