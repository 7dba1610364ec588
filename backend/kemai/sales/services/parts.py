"""What all parts of an opportunity share: they follow it, and the sum of its lines is its amount (SAL-2)."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection

from kemai.accounts.access import Actor
from kemai.accounts.models import RecordShare
from kemai.base.currencies import BASE_CURRENCY
from kemai.kit.money import quantise
from kemai.kit.words import T
from kemai.platform.objects import shares
from kemai.platform.objects.declare import Draft, get_object
from kemai.platform.objects.write import update_rows
from kemai.sales.models import CommitteeMember, Contender, Line, Opportunity, Part, Product, Stage, Step, TeamSeat
from kemai.sales.rules.lines import compute_line

PARTS: tuple[type[Part], ...] = (Line, CommitteeMember, Contender, TeamSeat, Step)
_PLACE = ("customer_id", "owner_id", "department_id", "holder_id", "holder_department_id")
CLOSED = T("商机已经关闭，请先重新打开。", "The opportunity is closed; reopen it first.")


def place_parts(actor: Actor, drafts: list[Draft], *, when_open: bool = False) -> dict[UUID, dict[str, Any]]:
    """Give parts their opportunity's customer and holders; a part stays with its opportunity. ``when_open``: not on a closed one.

    Returns the opportunities: their currency and its rate, too."""
    keys = {d.get("opportunity_id") for d in drafts if d.get("opportunity_id")}
    rows = {
        row["id"]: row
        for row in Opportunity.objects.filter(pk__in=keys)
        .order_by("pk")
        .select_for_update(no_key=True)
        .values("id", "status", "currency", "rate", *_PLACE)
    }
    for draft in drafts:
        found = rows.get(draft.get("opportunity_id"))
        if draft.old is not None and draft.changed("opportunity_id"):
            draft.wrong("opportunity", "fixed", T("建立后不能换到别的商机。", "It stays with its opportunity."))
        elif found:
            draft.values |= {column: found[column] for column in _PLACE}
            if when_open and found["status"] != "open":
                draft.wrong("opportunity", "closed", CLOSED)
    return rows


def follow_opportunities(keys: Iterable[UUID]) -> None:
    """Parts take over who works and holds their opportunities, and whose they are."""
    sets = ", ".join(f"{c} = o.{c}" for c in _PLACE)
    old, new = (", ".join(f"{alias}.{c}" for c in _PLACE) for alias in ("p", "o"))
    with connection.cursor() as cursor:
        for model in PARTS:
            cursor.execute(
                f"UPDATE {model._meta.db_table} p SET {sets} FROM sales_opportunity o WHERE o.id = p.opportunity_id "
                f"AND o.id = ANY(%s) AND ({old}) IS DISTINCT FROM ({new})",
                [list(keys)],
            )


# ---------------------------------------------------------------- lines


def prepare_lines(actor: Actor, drafts: list[Draft]) -> None:
    """The list price where none is given, and what the line comes to, in the opportunity's currency."""
    deals = place_parts(actor, drafts, when_open=True)
    wanted = {d.get("product_id") for d in drafts if d.get("product_id")}
    products = {p.id: p for p in Product.objects.filter(pk__in=wanted)}
    for draft in drafts:
        product = products.get(draft.get("product_id"))
        deal = deals.get(draft.get("opportunity_id"), {"currency": BASE_CURRENCY.value(), "rate": 1})
        if product and draft.changed("product_id") and not product.active:
            draft.wrong("product", "inactive", T("该产品已停用。", "This product is no longer sold."))
        if draft.get("price") is None and product:
            draft.values["price"] = quantise(product.price / deal["rate"], deal["currency"])
        quantity, price, discount = (draft.get(c) for c in ("quantity", "price", "discount"))
        if quantity is not None and quantity <= 0:
            draft.wrong("quantity", "not_positive", T("数量应大于零。", "The quantity is more than none."))
        elif quantity is not None and price is not None:
            draft.values["amount"] = compute_line(quantity, price, discount or Decimal(0), deal["currency"])


def after_lines(actor: Actor, drafts: list[Draft]) -> None:
    """The opportunity's amount follows its lines."""
    sum_lines(actor, {d.get("opportunity_id") for d in drafts})


def lines_gone_or_back(actor: Actor, ids: list[UUID]) -> None:
    sum_lines(actor, set(Line.objects.filter(pk__in=ids).values_list("opportunity_id", flat=True)))


def sum_lines(actor: Actor, keys: set[UUID]) -> None:
    """Amounts of living, open opportunities that have lines; one whose last line went keeps its last amount, and a closed one what it
    was closed with."""
    declaration = get_object("opportunities")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT o.id, o.amount, sum(l.amount) FROM sales_opportunity o JOIN sales_line l ON l.opportunity_id = o.id "
            "AND l.deleted_at IS NULL WHERE o.id = ANY(%s) AND o.deleted_at IS NULL AND o.status = 'open' GROUP BY o.id ORDER BY o.id",
            [sorted(keys)],
        )
        rows = cursor.fetchall()
    changed = [
        Draft(key, {"amount": old}, {"amount": quantise(total)}) for key, old, total in rows if old != quantise(total)
    ]
    if changed:
        update_rows(declaration, actor.id, changed)


def has_lines(opportunity_id: UUID) -> bool:
    """Whether the amount is the lines'."""
    return Line.objects.filter(opportunity_id=opportunity_id, deleted_at__isnull=True).exists()


# ---------------------------------------------------------------- committee, competitors, team, plan


def prepare_parts(actor: Actor, drafts: list[Draft]) -> None:
    """Nothing of its own."""
    place_parts(actor, drafts)


def settle_contenders(opportunity_id: UUID, status: str, lost_to: UUID | None = None) -> None:
    """How it ended against each competitor, from how the opportunity ended: won is won against all; lost is lost to the one named."""
    rows = Contender.objects.filter(opportunity_id=opportunity_id, deleted_at__isnull=True)
    if status == "open":
        rows.exclude(result="open").update(result="open")
    elif status == "won":
        rows.exclude(result="beaten").update(result="beaten")
    elif lost_to:
        rows.filter(competitor_id=lost_to).update(result="lost")


def prepare_seats(actor: Actor, drafts: list[Draft]) -> None:
    """A member of the team is somebody else than the owner, and stays the same person."""
    place_parts(actor, drafts)
    for draft in drafts:
        if draft.old is not None and draft.changed("member_id"):
            draft.wrong("member", "fixed", T("请删除后另加成员。", "Remove this member and add the other."))
        if draft.get("member_id") and draft.get("member_id") == draft.get("owner_id"):
            draft.wrong("member", "owner", T("负责人不用加入团队。", "The owner need not join the team."))


def after_seats(actor: Actor, drafts: list[Draft]) -> None:
    """A seat opens the opportunity to its member, for writing where it says so; nobody gives more than he has (ORG-4)."""
    declaration = get_object("opportunities")
    for draft in (d for d in drafts if d.old is None or d.changed("can_write")):
        values: dict[str, Any] = {
            "grantee_kind": "user",
            "grantee": str(draft.get("member_id")),
            "can_write": bool(draft.get("can_write")),
        }
        shares.share(actor, declaration, draft.get("opportunity_id"), values)


def seats_gone_or_back(actor: Actor, ids: list[UUID]) -> None:
    """Who left the team no longer sees the opportunity through it; who came back does."""
    for seat in TeamSeat.objects.filter(pk__in=ids):
        share = RecordShare.objects.filter(
            object="opportunities", record_id=seat.opportunity_id, grantee_id=seat.member_id
        )
        if seat.deleted_at:
            share.delete()
        elif not share.exists():
            RecordShare.objects.create(
                object="opportunities",
                record_id=seat.opportunity_id,
                grantee_kind="user",
                grantee_id=seat.member_id,
                can_write=seat.can_write,
                created_by=actor.id,
            )


def prepare_steps(actor: Actor, drafts: list[Draft]) -> None:
    """A step of the opportunity's own pipeline."""
    place_parts(actor, drafts)
    pipelines = dict(
        Opportunity.objects.filter(pk__in={d.get("opportunity_id") for d in drafts}).values_list("id", "pipeline_id")
    )
    for draft in drafts:
        if draft.old is not None and draft.changed("stage_id"):
            draft.wrong("stage", "fixed", T("步骤的阶段不能更换。", "A step stays with its stage."))
        elif draft.old is None and draft.get("stage_id"):
            pipeline = Stage.objects.filter(pk=draft.get("stage_id")).values_list("pipeline_id", flat=True).first()
            if pipeline != pipelines.get(draft.get("opportunity_id")):
                draft.wrong(
                    "stage", "other_pipeline", T("阶段不在该商机的流程里。", "The stage is of another pipeline.")
                )
