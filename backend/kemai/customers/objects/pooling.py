"""What every pooled kind of record declares alike: its days before recycling, its protection, the way to another pool (POOL-3, POOL-4)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kemai.accounts.access import Actor
from kemai.customers import errors
from kemai.customers.pooled import PooledKind
from kemai.customers.rules.recycling import FALLING_DAYS
from kemai.kit.words import T
from kemai.platform.objects.declare import Command, Field
from kemai.platform.objects.types import DATE, INSTANT, INTEGER, REFERENCE, TEXT

#: Mine, and near their last day.
FALLING: dict[str, Any] = {
    "and": [
        {"field": "owner", "op": "eq", "value": "me"},
        {
            "or": [
                {"field": "recycle_on", "op": "lte", "value": "today"},
                {"field": "recycle_on", "op": "within_next", "value": {"days": FALLING_DAYS}},
            ]
        },
    ]
}


def recycle_fields(section: str) -> tuple[Field, ...]:
    """Since when it is owned, until when it stays, and how many days that is."""
    return (
        Field("claimed_at", INSTANT, T("归属时间", "Owned since"), section=section, read_only=True, importable=False),
        Field(
            "recycle_on",
            DATE,
            T("回收日期", "Recycled after"),
            section=section,
            read_only=True,
            importable=False,
            sortable=True,
            indexed=True,
            help=T("过了这一天没有跟进或成交，将自动掉入公海。", "Past this day it goes to the pool of itself."),
        ),
        Field(
            "days_left",
            INTEGER,
            T("剩余天数", "Days left"),
            sql="(t.recycle_on - %(today)s::date)",
            section=section,
            importable=False,
            filterable=False,
        ),
        Field(
            "protected_until",
            DATE,
            T("保护到", "Protected until"),
            section=section,
            read_only=True,
            importable=False,
        ),
    )


def holding_commands(
    kind: PooledKind,
    *,
    move: Callable[..., Any],
    protect: Callable[..., Any],
    unprotect: Callable[..., Any],
) -> tuple[Command, ...]:
    """Moving between pools, protecting from the rules, and ending that."""

    def pooled(actor: Actor, row: dict[str, Any]) -> T | None:
        return None if row["pool_id"] else kind.say(T("该{what}已有负责人。", "This {what} has an owner."))

    def owned(actor: Actor, row: dict[str, Any]) -> T | None:
        return kind.say(errors.NotProtectable.text) if row["pool_id"] else None

    def protected(actor: Actor, row: dict[str, Any]) -> T | None:
        return None if row["protected_until"] else kind.say(errors.NotProtected.text)

    return (
        Command(
            "move-pool",
            T("移到其他公海", "Move to another pool"),
            move,
            "assign",
            params=(
                Field("pool", REFERENCE, T("公海", "Pool"), target="pools", required=True),
                Field("reason", TEXT, T("原因", "Reason"), max_length=300),
            ),
            refusal=pooled,
            reads=("pool_id",),
            on=("record", "bulk"),
            scope="view",
        ),
        Command(
            "protect",
            T("保护", "Protect"),
            protect,
            "protect",
            params=(
                Field("until", DATE, T("保护到（含当天）", "Up to and with"), required=True),
                Field("reason", TEXT, T("原因", "Reason"), required=True, max_length=300),
            ),
            refusal=owned,
            reads=("pool_id",),
            on=("record", "bulk"),
        ),
        Command(
            "unprotect",
            T("取消保护", "End protection"),
            unprotect,
            "protect",
            refusal=protected,
            reads=("protected_until",),
            on=("record", "bulk"),
        ),
    )
