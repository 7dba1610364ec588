"""What a card asks of a list, and many figures in one statement.

A figure and the address it opens are two readings of one question, so they cannot disagree.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import orjson

from kemai.accounts.access import Actor
from kemai.analytics.selectors.paths import list_path
from kemai.base.currencies import BASE_CURRENCY
from kemai.kit.errors import Forbidden, KemaiError, Malformed
from kemai.kit.words import T
from kemai.platform.objects.declare import ObjectType, get_object
from kemai.platform.objects.groups import figure_of
from kemai.platform.objects.read import EXACT_COUNT, NotIndexed, refuse_unindexed, run_params
from kemai.platform.objects.rows import fetch_within
from kemai.platform.objects.select import ListPlan, Query, plan_list
from kemai.platform.objects.statistics import estimate

log = logging.getLogger(__name__)

PATIENCE = 600
"""Milliseconds all figures together may take before they are asked one by one."""
PATIENCE_FOR_ONE = 1500
UNSAID = T("", "")
Filter = dict[str, Any] | Callable[[Actor], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Rows:
    """Records of one list: by a view it has, or by a filter (which may depend on the reader: his months)."""

    object: str
    view: str = "all"
    filter: Filter | None = None

    @property
    def declaration(self) -> ObjectType:
        return get_object(self.object)

    def tree(self, actor: Actor) -> dict[str, Any] | None:
        if self.filter is not None:
            return self.filter(actor) if callable(self.filter) else self.filter
        return next(v.filter for v in self.declaration.all_views if v.key == self.view)

    def path(self, actor: Actor) -> str:
        """The address that shows the same records."""
        return list_path(self.object, self.tree(actor) if self.filter is not None else None, view=self.view)

    def query(self, actor: Actor, *, fields: tuple[str, ...] = (), sort: str = "", limit: int = 1) -> Query:
        tree = self.tree(actor)
        return Query(fields=fields, filter=orjson.dumps(tree).decode() if tree else "", sort=sort, limit=limit)

    def open_to(self, actor: Actor, *, fields: tuple[str, ...] = (), sort: str = "") -> bool:
        """Whether this person could ask it himself: the kind of record is open to him, and every field it names."""
        try:
            plan_list(actor, self.declaration, self.query(actor, fields=fields, sort=sort))
        except (Malformed, Forbidden):
            return False
        return True


@dataclass(frozen=True, slots=True)
class Counter:
    """One figure: how many records ``rows`` has, or the sum of one of their fields (in the company's currency).

    ``before``: the same of an earlier time, said beside it. ``tone``: how it is coloured when above nought. ``of``: the limit it is
    held against, 0 for none. Where no list is counted, ``count`` gives the figure (None: nothing to say) and ``path`` what it opens.
    ``permission``: beyond seeing the records.
    """

    code: str
    label: T
    about: T = UNSAID
    rows: Rows | None = None
    sum: str = ""
    before: Rows | None = None
    tone: str = "calm"
    of: Callable[[], int] | None = None
    permission: str = ""
    count: Callable[[Actor], int] | None = None
    path: Callable[[Actor], str] | None = None

    def open_to(self, actor: Actor) -> bool:
        """Whether this person may have it at all."""
        if self.permission and not actor.has(self.permission):
            return False
        if self.rows is None:
            return True
        try:
            if self.sum:
                figure_of(actor, self.rows.declaration, {"op": "sum", "field": self.sum})
        except Malformed:
            return False
        return self.rows.open_to(actor)


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure; ``exact`` is False where it was estimated as lists do; ``problem`` says why there is none."""

    value: Any = None
    exact: bool = True
    problem: KemaiError | None = None


class CardFailed(KemaiError):
    status, code = 500, "analytics.card_failed"
    text = T("这一项暂时读不出来，请稍后刷新。", "This could not be read just now; refresh in a while.")


class TooSlow(KemaiError):
    status, code = 503, "analytics.too_slow"
    text = T("数据较多，这一项没有及时算出来，请稍后刷新。", "Too many records to add up in time; refresh in a while.")


@dataclass(frozen=True, slots=True)
class _Part:
    """One scalar of the statement, a count (up to a limit) or a sum."""

    plan: ListPlan
    sql: str
    params: dict[str, Any]
    counts: bool


def answer(actor: Actor, counters: list[Counter], *, chosen: bool = True) -> list[dict[str, Any]]:
    """The counters as the page shows them. One statement for all that count lists, however many there are.

    ``chosen``: by the reader himself. Else a figure whose list would be refused for its size is left out; he is told why only of what
    he chose.
    """
    now = [(c.code, c.rows, c.sum) for c in counters if c.rows]
    before = [(c.code, c.before, c.sum) for c in counters if c.before]
    values = measure(actor, [(rows, field) for _, rows, field in (*now, *before)])
    listed = dict(zip((code for code, *_ in now), values, strict=False))
    earlier = dict(zip((code for code, *_ in before), values[len(now) :], strict=True))
    found = []
    for counter in counters:
        value = listed[counter.code] if counter.rows else guarded(counter.code, partial(_counted, counter, actor))
        if chosen or not isinstance(value.problem, NotIndexed):
            found.append(_shown(actor, counter, value, earlier.get(counter.code)))
    return found


def _counted(counter: Counter, actor: Actor) -> int:
    assert counter.count is not None, counter.code
    return counter.count(actor)


def _shown(actor: Actor, counter: Counter, measured: Measured, before: Measured | None) -> dict[str, Any]:
    path = counter.rows.path(actor) if counter.rows else counter.path(actor) if counter.path else ""
    return {
        "key": counter.code,
        "label": counter.label.to(),
        "value": measured.value,
        "exact": measured.exact,
        "problem": measured.problem.detail() if measured.problem else None,
        "tone": counter.tone if measured.value not in (None, 0, "0.00") else "calm",
        "path": path or None,
        "unit": BASE_CURRENCY.value() if counter.sum else None,
        "of": (counter.of() or None) if counter.of else None,
        "previous": before.value if before else None,
    }


def guarded(code: str, read: Callable[[], Any]) -> Measured:
    """What ``read`` gives, or why not: one card that fails leaves the others standing."""
    try:
        return Measured(read())
    except KemaiError as problem:
        return Measured(problem=problem)
    except Exception:
        log.exception("card %s of the home page failed", code)
        return Measured(problem=CardFailed())


def measure(actor: Actor, asked: list[tuple[Rows, str]]) -> list[Measured]:
    """Counts (and sums of a field, where one is named) over lists, by the conditions of the lists themselves."""
    parts = [_part(actor, rows, field) for rows, field in asked]
    open_parts = [part for part in parts if isinstance(part, _Part)]
    values = iter(_together(open_parts) or [_alone(part) for part in open_parts])
    return [next(values) if isinstance(part, _Part) else part for part in parts]


def _part(actor: Actor, rows: Rows, field: str) -> _Part | Measured:
    query = rows.query(actor)
    try:
        plan = plan_list(actor, rows.declaration, query)
        refuse_unindexed(actor, plan)
    except KemaiError as problem:
        return Measured(problem=problem)
    if not field:
        return _Part(plan, plan.count_statement(EXACT_COUNT + 1), run_params(actor, plan, query), counts=True)
    figure = figure_of(actor, plan.declaration, {"op": "sum", "field": field}).sql
    sql = f"SELECT COALESCE({figure}, 0)::numeric(20,2) FROM {plan.declaration.table} t WHERE {plan.scope.sql} AND {plan.condition}"
    return _Part(plan, sql, run_params(actor, plan, query), counts=False)


def _together(parts: list[_Part]) -> list[Measured]:
    """All in one statement; nothing when that takes too long, so that the slow one does not cost the others their figures."""
    params: dict[str, Any] = {}
    select = []
    for n, part in enumerate(parts):
        select.append("(" + re.sub(r"%\((\w+)\)s", rf"%(\1__{n})s", part.sql) + ")")
        params.update({f"{name}__{n}": value for name, value in part.params.items()})
    rows = fetch_within(PATIENCE, f"SELECT {', '.join(select)}", params) if parts else None
    return [_measured(part, value) for part, value in zip(parts, rows[0], strict=True)] if rows else []


def _alone(part: _Part) -> Measured:
    rows = fetch_within(PATIENCE_FOR_ONE, part.sql, part.params)
    if rows:
        return _measured(part, rows[0][0])
    return _estimated(part) if part.counts else Measured(problem=TooSlow())


def _measured(part: _Part, value: Any) -> Measured:
    return _estimated(part) if part.counts and value > EXACT_COUNT else Measured(value)


def _estimated(part: _Part) -> Measured:
    """Beyond what is counted, the planner's guess: what the list says above itself (decisions.md 7)."""
    plan = part.plan
    guess = estimate(plan.declaration, f"{plan.scope.sql} AND {plan.condition}", part.params)
    return Measured(max(guess, EXACT_COUNT), exact=False)
