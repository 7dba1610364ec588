"""What sales adds to follow-ups: what a visit learns becomes an opportunity in one step (SAL-17)."""

from __future__ import annotations

from typing import Any

from kemai.accounts.access import Actor
from kemai.kit.words import T
from kemai.platform.objects.declare import Command, Field, contribute
from kemai.platform.objects.types import DATE, MONEY, TEXT
from kemai.sales.services.follow_ups import make_opportunity


def _without_opportunity(actor: Actor, row: dict[str, Any]) -> T | None:
    if row["customer_id"] is None:
        return T("线索请先转化。", "Convert the lead first.")
    return (
        T("这次跟进已属于一个商机。", "This follow-up belongs to an opportunity already.")
        if row["opportunity_id"]
        else None
    )


contribute(
    "interactions",
    commands=(
        Command(
            "make-opportunity",
            T("建商机", "Make an opportunity"),
            make_opportunity,
            "edit",
            params=(
                Field("name", TEXT, T("商机名称", "Name"), required=True, max_length=200),
                Field("amount", MONEY, T("金额", "Amount"), minimum=0),
                Field("expected_close_on", DATE, T("预计成交日", "Expected close")),
            ),
            refusal=_without_opportunity,
            reads=("customer_id", "opportunity_id"),
            icon="opportunities",
        ),
    ),
)
