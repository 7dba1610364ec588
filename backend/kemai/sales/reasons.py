"""What of selling puts a customer on the list of whom to contact today (ACT-3)."""

from __future__ import annotations

from kemai.accounts.access import Actor
from kemai.activities.worklist import Branch, Reason, worklist_reason
from kemai.kit.words import T


def _rotting(actor: Actor) -> Branch:
    """Open opportunities that stand in their stage beyond its days, of people's customers; late since the day they began to rot."""
    return Branch(
        "(x.stage_since + make_interval(days => (SELECT s.rot_days FROM sales_stage s WHERE s.id = x.stage_id)))",
        "x.holder_id = ANY(%(people)s) AND x.status = 'open' AND EXISTS (SELECT 1 FROM sales_stage s WHERE s.id = x.stage_id "
        "AND s.rot_days > 0 AND x.stage_since < %(today_to)s - make_interval(days => s.rot_days))",
        "(SELECT s.name FROM sales_stage s WHERE s.id = x.stage_id)",
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
