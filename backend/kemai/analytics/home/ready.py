"""The arrangements people begin with, by the kind of work they do (PLT-15, ANA-1).

Which one is somebody's: the first in this order one of whose roles he holds; for roles the company made itself, the first whose
rights he has; else the last, which asks for nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kemai.accounts.access import Actor
from kemai.kit.words import T

LEFT, RIGHT, FULL = PLACES = ("left", "right", "full")
"""Where a card stands: in one of two columns, or over both. On a phone all stand below each other, in their order."""


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Which counters in which order, and which cards in which order and place."""

    counters: tuple[str, ...]
    cards: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Ready:
    """A ready arrangement, the shipped roles it is for, and the rights by which other roles get it."""

    code: str
    label: T
    roles: tuple[str, ...]
    suits: Callable[[Actor], bool]
    arrangement: Arrangement


def _holds(*permissions: str, everything: bool = False) -> Callable[[Actor], bool]:
    def suits(actor: Actor) -> bool:
        reaches = [actor.reach(code) for code in permissions]
        return all(reach is not None and (reach.everything or not everything) for reach in reaches)

    return suits


READY: tuple[Ready, ...] = (
    Ready(
        "director",
        T("总监", "Director"),
        ("sales_director", "management", "marketing_head"),
        lambda actor: (
            _holds("analytics.manager.view", everything=True)(actor) and not actor.has("administration.role.edit")
        ),
        Arrangement(
            ("team_pipeline", "team_closing", "team_open", "team_rotting", "team_leads_late", "transfers", "exports"),
            (
                ("team_month", FULL),
                ("funnel", LEFT),
                ("ranking", RIGHT),
                ("team_closing", LEFT),
                ("transfers", RIGHT),
                ("reports_missing", RIGHT),
                ("recent", LEFT),
            ),
        ),
    ),
    Ready(
        "manager",
        T("经理", "Manager"),
        ("sales_manager", "marketing_supervisor"),
        lambda actor: _holds("analytics.manager.view")(actor) and not actor.has("administration.role.edit"),
        Arrangement(
            ("due", "tasks", "team_closing", "team_rotting", "team_leads_late", "transfers", "reports_missing"),
            (
                ("team_month", FULL),
                ("worklist", LEFT),
                ("tasks", RIGHT),
                ("transfers", RIGHT),
                ("team_closing", LEFT),
                ("ranking", RIGHT),
                ("reports_missing", RIGHT),
            ),
        ),
    ),
    Ready(
        "administrator",
        T("系统管理员", "Administrator"),
        ("administrator",),
        _holds("administration.role.edit"),
        Arrangement(
            ("people", "customers", "new_month", "unread", "exports", "duplicates"),
            (
                ("messages", LEFT),
                ("imports", RIGHT),
                ("team_month", FULL),
                ("funnel", LEFT),
                ("ranking", RIGHT),
                ("recent", LEFT),
            ),
        ),
    ),
    Ready(
        "inside",
        T("内勤", "Inside sales"),
        ("inside_sales",),
        _holds("sales.lead.assign", "customers.customer.import"),
        Arrangement(
            ("leads_pool", "team_leads_late", "duplicates", "low_quality", "new_month", "tasks"),
            (
                ("leads_pool", LEFT),
                ("tasks", RIGHT),
                ("imports", RIGHT),
                ("low_quality", LEFT),
                ("recent", RIGHT),
            ),
        ),
    ),
    Ready(
        "rep",
        T("销售代表", "Sales representative"),
        ("sales_rep",),
        _holds("sales.opportunity.edit", "customers.customer.claim"),
        Arrangement(
            ("due", "falling", "leads_waiting", "tasks", "mine", "closing", "pipeline"),
            (
                ("worklist", LEFT),
                ("tasks", RIGHT),
                ("month", RIGHT),
                ("leads_waiting", RIGHT),
                ("closing", LEFT),
                ("recent", RIGHT),
            ),
        ),
    ),
    Ready(
        "relations",
        T("客户关系与客服", "Relations and service"),
        (
            "relations_supervisor",
            "relations_officer",
            "service_supervisor",
            "service_agent",
            "complaint_handler",
            "engineering",
            "secretary",
        ),
        _holds("activities.interaction.create"),
        Arrangement(
            ("tasks", "promises", "low_quality", "customers", "new_month"),
            (("tasks", LEFT), ("messages", RIGHT), ("promises", LEFT), ("low_quality", LEFT), ("recent", RIGHT)),
        ),
    ),
    Ready(
        "finance",
        T("财务", "Finance"),
        ("finance",),
        _holds("sales.opportunity.view", "sales.opportunity.export"),
        Arrangement(
            ("customers", "new_month", "unread"),
            (("messages", LEFT), ("recent", RIGHT)),
        ),
    ),
    Ready(
        "basic",
        T("通用", "Everybody"),
        ("auditor",),
        lambda _: True,
        Arrangement(("tasks", "unread", "customers"), (("tasks", LEFT), ("messages", RIGHT), ("recent", LEFT))),
    ),
)


def ready_for(actor: Actor) -> Ready:
    """The arrangement this person begins with; see the module's words."""
    held = {code for code, _, _ in actor.roles}
    by_role = next((ready for ready in READY if held & set(ready.roles)), None)
    return by_role or next(ready for ready in READY if ready.suits(actor))


def ready_for_role(code: str) -> Ready:
    """The arrangement shipped for a role; the general one for roles the company made, whose people get theirs by their rights."""
    return next((ready for ready in READY if code in ready.roles), READY[-1])
