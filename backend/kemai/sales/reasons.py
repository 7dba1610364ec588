"""What of selling puts a customer or a lead on the list of whom to contact today (ACT-3, SAL-1)."""

from __future__ import annotations

from collections.abc import Callable

from kemai.accounts.access import Actor
from kemai.activities.reasons import FALLING, RECYCLE_AHEAD, midnight
from kemai.activities.worklist import Branch, LineKind, Reason, worklist_kind, worklist_reason
from kemai.kit.words import T
from kemai.sales.rules.leads import HOT_DAYS, HOT_SCORE, OPEN

IS_OPEN = f"status IN ({', '.join(repr(state) for state in OPEN)})"
UNANSWERED = f"x.responded_at IS NULL AND x.respond_by IS NOT NULL AND x.{IS_OPEN}"


def _rotting(actor: Actor) -> Branch:
    """Open opportunities that stand in their stage beyond its days, of people's customers; late since the day they began to rot."""
    return Branch(
        "(x.stage_since + make_interval(days => (SELECT s.rot_days FROM sales_stage s WHERE s.id = x.stage_id)))",
        "holder_id",
        "x.status = 'open' AND EXISTS (SELECT 1 FROM sales_stage s WHERE s.id = x.stage_id "
        "AND s.rot_days > 0 AND x.stage_since < %(today_to)s - make_interval(days => s.rot_days))",
        "(SELECT s.name FROM sales_stage s WHERE s.id = x.stage_id)",
    )


def _late(actor: Actor) -> Branch:
    return Branch("x.respond_by", "owner_id", f"{UNANSWERED} AND x.respond_by < %(now)s")


def _unanswered(actor: Actor) -> Branch:
    return Branch("x.respond_by", "owner_id", f"{UNANSWERED} AND x.respond_by >= %(now)s")


def _next_contacts(actor: Actor) -> Branch:
    return Branch("x.next_contact_at", "owner_id", f"x.next_contact_at < %(today_to)s AND x.{IS_OPEN}")


def _recycling(actor: Actor) -> Branch:
    return Branch(midnight("x.recycle_on"), "owner_id", f"x.recycle_on <= %(today)s::date + {RECYCLE_AHEAD}")


def _tasks(related: str) -> Callable[[Actor], Branch]:
    where = f"x.status = 'open' AND x.due_at < %(today_to)s AND x.related_object = '{related}'"
    return lambda actor: Branch("x.due_at", "assignee_id", where)


def _hot(actor: Actor) -> Branch:
    """A high score, nothing agreed, and nobody spoke to it for some days; whoever was never answered has the clock."""
    due = "(GREATEST(x.last_activity_at, x.claimed_at, x.created_at) + make_interval(days => %(hot_days)s))"
    return Branch(
        due,
        "owner_id",
        f"x.score >= %(hot_score)s AND x.{IS_OPEN} AND (x.responded_at IS NOT NULL OR x.respond_by IS NULL) "
        f"AND (x.next_contact_at IS NULL OR x.next_contact_at < %(today_to)s) AND {due} < %(today_to)s",
        "x.score",
        {"hot_score": HOT_SCORE.value(), "hot_days": HOT_DAYS.value()},
    )


worklist_kind(
    LineKind(
        "leads",
        ("name", "person", "phone", "score", "status", "source", "owner", "last_activity_at", "next_contact_at"),
        f"t.{IS_OPEN}",
    )
)
worklist_reason(
    Reason(
        "lead_late",
        T("首次响应超时", "First response overdue"),
        "leads",
        110,
        _late,
        T("首次响应已超时（今天 {time} 截止）", "First response overdue (due today at {time})"),
        T("首次响应已超时 {n} 天（{day} {time} 截止）", "First response {n} days overdue (due {day} {time})"),
        T("首次响应已超时", "First response overdue"),
        record="x.id",
        about="leads",
    )
)
worklist_reason(
    Reason(
        "lead_response",
        T("等待首次响应", "Waits for a first response"),
        "leads",
        95,
        _unanswered,
        T("今天 {time} 前首次响应", "First response due today by {time}"),
        T("首次响应 {day} 截止", "First response due {day}"),
        T("{day} {time} 前首次响应", "First response due by {day} {time}"),
        record="x.id",
        about="leads",
    )
)
worklist_reason(
    Reason(
        "lead_recycle",
        T("即将掉入公海", "About to fall into the pool"),
        "leads",
        100,
        _recycling,
        *FALLING,
        record="x.id",
        about="leads",
    )
)
worklist_reason(
    Reason(
        "lead_next_contact",
        T("约定的下次联系", "Next contact due"),
        "leads",
        80,
        _next_contacts,
        T("约定今天 {time} 联系", "To be contacted today at {time}"),
        T("约定 {day} 联系，已过 {n} 天", "Was to be contacted on {day}, {n} days ago"),
        T("约定 {day} 联系", "To be contacted on {day}"),
        record="x.id",
        about="leads",
    )
)
for _related, _code, _record, _about in (
    ("leads", "lead_task", "x.related_id", "leads"),
    (
        "opportunities",
        "deal_task",
        "(SELECT o.customer_id FROM sales_opportunity o WHERE o.id = x.related_id)",
        "customers",
    ),
):
    worklist_reason(
        Reason(
            _code,
            T("任务到期", "Task due"),
            "tasks",
            70,
            _tasks(_related),
            T("今天的任务：{title}", "Task for today: {title}"),
            T("任务已过期 {n} 天：{title}", "Task {n} days late: {title}"),
            T("任务 {day} 到期：{title}", "Task due {day}: {title}"),
            record=_record,
            about=_about,
            title="title",
        )
    )
worklist_reason(
    Reason(
        "lead_hot",
        T("高分线索没有动", "High score, untouched"),
        "leads",
        55,
        _hot,
        T("高分线索（{extra} 分），今天该联系", "High score ({extra}), to be contacted today"),
        T("高分线索（{extra} 分），该联系已过 {n} 天", "High score ({extra}), to be contacted {n} days ago"),
        T("高分线索（{extra} 分）", "High score ({extra})"),
        record="x.id",
        about="leads",
    )
)
worklist_reason(
    Reason(
        "rotting",
        T("商机停滞", "Opportunity stands still"),
        "opportunities",
        60,
        _rotting,
        T("商机“{title}”今天起停滞在{extra}", 'Opportunity "{title}" stands still in {extra} since today'),
        T("商机“{title}”在{extra}已停滞 {n} 天", 'Opportunity "{title}" has stood still in {extra} for {n} days'),
        T("商机“{title}”将停滞在{extra}", 'Opportunity "{title}" is about to stand still in {extra}'),
        title="name",
    )
)
