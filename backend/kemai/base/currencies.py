"""Amounts in several currencies: which rate counts, and where it is kept (PLT-7, decisions/038).

A table of such amounts has a column ``currency`` and, beside it, ``rate``: what one unit is worth in the company's own currency, set by
trigger with the statement that writes the row. So a sum multiplies and asks no other table, and rows in the company's currency cost nothing
when a rate changes. The SQL function ``kemai_rate`` is the one rule: the rate of the day, that is the latest valid by then; before the
first one known, the first. Closed records are rated by the day they were closed, others by today; a day is one in China, as everywhere
figures are kept. A currency without any rate has no worth: such a row is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pgtrigger
from django.db import connection, transaction

from kemai.base.models import ExchangeRate
from kemai.base.parameters import Parameter, declare
from kemai.kit.errors import Conflict, Invalid
from kemai.kit.money import CURRENCIES
from kemai.kit.words import T

#: Records looked at in one transaction when rates are worked out anew.
STEP = 2_000


class StillInUse(Conflict):
    code = "currency_in_use"
    text = T(
        "还有 {count} 条记录以{currency}计价，至少要保留一条它的汇率。",
        "{count} record(s) are in {currency}; at least one rate of it has to stay.",
    )


def _keep_worth(code: str) -> None:
    """The company's currency is chosen before there is anything it would give another worth."""
    if ExchangeRate.objects.filter(deleted_at__isnull=True).exists() or any(
        count for currency, count in used().items() if currency != code
    ):
        raise Invalid.one(
            "value",
            "currency_in_use",
            T(
                "已有汇率或其他币种的金额，本位币不能再更换；请在录入它们之前设定。",
                "There are rates or amounts in other currencies already; the company's currency is chosen before them.",
            ),
        )


BASE_CURRENCY = declare(
    Parameter(
        "money.base_currency",
        "choice",
        "CNY",
        T("本位币", "The company's currency"),
        T("金额", "Money"),
        T(
            "所有合计都折算成它；有汇率或其他币种的金额之后不能再改。",
            "All sums are in it; fixed once there are rates.",
        ),
        choices=tuple(CURRENCIES.items()),
        guard=_keep_worth,
    )
)


@dataclass(frozen=True, slots=True)
class Rated:
    """A table whose rows carry ``currency`` and ``rate``. ``at``: the column with the moment whose rate counts, null for today's.
    ``follow(ids)`` brings up what others keep of rows whose rate changed, in the same transaction."""

    table: str
    at: str
    follow: Callable[[list[UUID]], None]


_rated: list[Rated] = []


def rated(table: str, at: str, follow: Callable[[list[UUID]], None]) -> None:
    """Register a table of amounts in several currencies (extension point); its model has the triggers of :func:`keep_rate`."""
    _rated.append(Rated(table, at, follow))


def keep_rate(at: str) -> list[pgtrigger.Trigger]:
    """Triggers that give each row its rate when it is written, and another when its currency or the moment ``at`` changes."""
    func = f"NEW.rate = kemai_rate(NEW.currency, NEW.{at}); RETURN NEW;"
    changed = f"NEW.currency IS DISTINCT FROM OLD.currency OR NEW.{at} IS DISTINCT FROM OLD.{at}"
    return [
        pgtrigger.Trigger(name="rate_insert", operation=pgtrigger.Insert, when=pgtrigger.Before, func=func),
        pgtrigger.Trigger(
            name="rate_update",
            operation=pgtrigger.Update,
            when=pgtrigger.Before,
            condition=pgtrigger.Condition(changed),
            func=func,
        ),
    ]


#: SQL of the rate of a record of a rated table ``t``.
RATE = "t.rate"


def in_base(amount: str, rate: str = RATE) -> str:
    """SQL of an amount in the company's currency, to the cent."""
    return f"round({amount} * {rate}, 2)"


def without_rate(currencies: Collection[str]) -> set[str]:
    """Which of these currencies have no rate at all, so that nothing can be entered in them."""
    foreign = set(currencies) - {BASE_CURRENCY.value()}
    if foreign:
        living = ExchangeRate.objects.filter(currency__in=foreign, deleted_at__isnull=True)
        foreign -= set(living.values_list("currency", flat=True))
    return foreign


def used(currencies: Collection[str] = tuple(CURRENCIES)) -> dict[str, int]:
    """Currency → how many records are in it, those in the bin included."""
    found: dict[str, int] = {}
    with connection.cursor() as cursor:
        for one in _rated:
            cursor.execute(
                f"SELECT currency, count(*) FROM {one.table} WHERE currency = ANY(%s) GROUP BY currency",
                [list(currencies)],
            )
            for currency, count in cursor.fetchall():
                found[currency] = found.get(currency, 0) + count
    return found


def rerate(currencies: Collection[str]) -> Iterator[tuple[int, int]]:
    """Work out anew which rate counts for the records in these currencies: (records looked at, records changed) after each transaction.

    May be stopped and begun again anywhere. Moves neither version nor history: nobody edited the records.
    """
    for one in _rated:
        for currency in sorted(set(currencies)):
            last: Any = UUID(int=0)
            while True:
                with transaction.atomic():
                    keys = _keys(one, currency, last)
                    changed = _rate_anew(one, keys) if keys else []
                    if changed:
                        one.follow(changed)
                if not keys:
                    break
                last = keys[-1]
                yield len(keys), len(changed)


def _keys(one: Rated, currency: str, last: UUID) -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id FROM {one.table} WHERE currency = %s AND id > %s ORDER BY id LIMIT %s", [currency, last, STEP]
        )
        return [row[0] for row in cursor.fetchall()]


def _rate_anew(one: Rated, keys: list[UUID]) -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH n AS (SELECT t.id, kemai_rate(t.currency, t.{one.at}) AS rate FROM {one.table} t WHERE t.id = ANY(%s) "
            "ORDER BY t.id FOR UPDATE) "
            f"UPDATE {one.table} t SET rate = n.rate FROM n WHERE t.id = n.id AND t.rate <> n.rate RETURNING t.id",
            [keys],
        )
        return [row[0] for row in cursor.fetchall()]


def wrong_rates() -> int:
    """How many records carry another rate than the one that counts for them (``kemai verify``)."""
    total = 0
    with connection.cursor() as cursor:
        for one in _rated:
            cursor.execute(
                f"SELECT count(*) FROM {one.table} t WHERE t.rate IS DISTINCT FROM "
                f"CASE WHEN t.currency = %s THEN 1 ELSE kemai_rate(t.currency, t.{one.at}) END",
                [BASE_CURRENCY.value()],
            )
            total += cursor.fetchone()[0]
    return total
