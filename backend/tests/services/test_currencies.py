"""PLT-7: amounts in several currencies by dated rates: one rule, sums in the company's currency, nothing added unlike."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from kemai.accounts.models import FieldRule, Role
from kemai.administration.services.currencies import rerate_today
from kemai.administration.services.roles import INSTALLER
from kemai.base.audit import act
from kemai.base.jobs import run_job
from kemai.base.models import Job
from kemai.config.verify import run_checks
from kemai.sales.models import Opportunity
from tests.calling import Caller
from tests.fixtures import at, forget_everything
from tests.world import World

Call = Callable[[str], Caller]
CHECKS = [
    "every amount has the exchange rate that counts for it",
    "board figures equal a recount",
    "dealings on customer files equal the won opportunities",
]
EURO = {"2020-01-01": "7.5", "2026-03-01": "8", "2090-01-01": "9"}


@pytest.fixture
def rates(world: World, call: Call) -> dict[str, dict[str, Any]]:
    """Three rates of the euro, one of them far ahead; the world has those of the dollar: 7.0, then 7.1."""
    return {day: rated(call("finance"), "EUR", day, rate) for day, rate in EURO.items()}


def rated(caller: Caller, currency: str, day: str, rate: str) -> dict[str, Any]:
    answer = caller.post("/exchange-rates", {"currency": currency, "valid_from": day, "rate": rate})
    assert answer.status_code == 201, answer.content.decode()
    return answer.json()


def deal(world: World, caller: Caller, amount: str, currency: str = "EUR", **more: Any) -> dict[str, Any]:
    body = {
        "name": "外币单",
        "customer": str(world.get("customers", "mine").id),
        "amount": amount,
        "currency": currency,
    }
    answer = caller.post("/opportunities", {**body, **more})
    assert answer.status_code == 201, answer.content.decode()
    return answer.json()


def worth(deal: dict[str, Any]) -> tuple[str, str]:
    row = Opportunity.objects.get(pk=deal["id"])
    return f"{row.rate:f}", f"{round(row.amount * row.rate, 2)}"


def wrong() -> set[str]:
    return {check["check"] for check in run_checks() if not check["ok"]}


def do_jobs() -> int:
    """What a change of a rate left to do; how many amounts it changed."""
    waiting = list(Job.objects.filter(kind="currencies.rerate", state="waiting"))
    return sum(run_job(job.id).result["changed"] for job in waiting)


@pytest.mark.parametrize(
    ("currency", "day", "rate"),
    [
        ("CNY", "2026-05-01", "1"),
        ("EUR", "2020-01-01", "7.5"),  # from the day itself
        ("EUR", "2026-02-28", "7.5"),
        ("EUR", "2026-03-01", "8"),
        ("EUR", "2019-12-31", "7.5"),  # before the first one known
        ("EUR", None, "8"),  # today, and not what is entered ahead
        ("GBP", "2026-05-01", None),
    ],
)
def test_which_rate_counts(rates: Any, currency: str, day: str | None, rate: str | None) -> None:
    """PLT-7: the latest valid by the day, in China; before the first, the first; none without any."""
    moment = None if day is None else f"{day} 00:30+08"
    with connection.cursor() as cursor:
        cursor.execute("SELECT kemai_rate(%s, %s::timestamptz)", [currency, moment])
        assert cursor.fetchone()[0] == (None if rate is None else Decimal(rate))


def test_a_closed_deal_keeps_the_rate_of_its_day(world: World, call: Call, rates: Any) -> None:
    """PLT-7: open by today's, won by that of the day it was won, reopened by today's again; the customer's dealings likewise."""
    rep = call("rep")
    row = deal(world, rep, "1000.00")
    assert worth(row) == ("8.000000", "8000.00")
    with at(datetime(2026, 2, 3, tzinfo=UTC)):
        assert rep.post(f"/opportunities/{row['id']}/win").status_code == 200
    assert worth(row) == ("7.500000", "7500.00")
    customer = f"/customers/{world.get('customers', 'mine').id}"
    assert rep.get(customer).json()["deal_amount"] == "7500.00"
    shown = rep.get(f"/opportunities/{row['id']}").json()
    assert (shown["amount"], shown["currency"], shown["base_amount"]) == ("1000.00", "EUR", "7500.00")
    assert rep.post(f"/opportunities/{row['id']}/reopen").status_code == 200
    assert worth(row) == ("8.000000", "8000.00")


def test_sums_are_in_the_companys_currency(world: World, call: Call, rates: Any) -> None:
    """PLT-7: list sums, groups, boards counted and kept, the home page: a euro is never added as a yuan."""
    rep = call("rep")
    before = {k: Decimal(v) for k, v in sums(rep, world).items()}
    deal(world, rep, "1000.00")
    deal(world, rep, "10.00", "CNY")
    after = {k: Decimal(v) for k, v in sums(rep, world).items()}
    assert {k: after[k] - before[k] for k in after} == dict.fromkeys(after, Decimal("8010.00"))
    found = rep.get("/opportunities", filter={"field": "base_amount", "op": "eq", "value": "8000"}).json()["items"]
    assert [
        i["currency"]
        for i in rep.get("/opportunities", sort="-base_amount", limit=1, fields="currency").json()["items"]
    ]
    assert len(found) == 1


def sums(rep: Caller, world: World) -> dict[str, str]:
    measures = [{"op": "sum", "field": "amount"}]
    opened = {"field": "status", "op": "eq", "value": "open"}
    group = rep.post("/opportunities/aggregate", {"measures": measures, "filter": opened}).json()["groups"][0]
    first = str(world.stages["explore"])

    def column(**query: Any) -> str:
        found = rep.get("/opportunities/board", **query).json()["columns"]
        return str(next(c["sum"] for c in found if c["key"] == first))

    home = rep.get("/home").json()
    tiles = {c["key"]: c["value"] for c in home["counters"]}
    return {
        "aggregate": group["sum_amount"],
        "board": column(),
        "board counted": column(filter=opened),
        **({"home": tiles["pipeline"]} if "pipeline" in tiles else {}),
    }


def test_amounts_follow_the_rates(world: World, call: Call, rates: dict[str, Any]) -> None:
    """PLT-7: another rate, one deleted and brought back: open and closed deals follow in the background, also twice; kept figures and
    dealings equal a recount. Neither version nor history moves."""
    rep, finance = call("rep"), call("finance")
    won, running = deal(world, rep, "100.00"), deal(world, rep, "100.00")
    with at(datetime(2026, 2, 3, tzinfo=UTC)):
        rep.post(f"/opportunities/{won['id']}/win")
    version = rep.get(f"/opportunities/{running['id']}").json()["version"]
    old = rates["2020-01-01"]
    path = f"/exchange-rates/{old['id']}"
    assert finance.patch(path, {"rate": "7.25"}, old["version"]).status_code == 200
    assert (worth(won)[1], do_jobs(), worth(won)[1], worth(running)[1]) == ("750.00", 1, "725.00", "800.00")
    newest = f"/exchange-rates/{rates['2026-03-01']['id']}"
    deleted = finance.delete(newest, 1)
    assert (deleted.status_code, do_jobs(), worth(running)[1]) == (204, 1, "725.00")
    assert (finance.post(f"{newest}/restore").status_code, do_jobs(), worth(running)[1]) == (200, 1, "800.00")
    assert rep.get(f"/opportunities/{running['id']}").json()["version"] == version
    rated(finance, "EUR", "2026-11-01", "8.5")
    do_jobs()
    Opportunity.objects.filter(pk=running["id"]).update(rate=8)  # as before its day had come
    assert [name for name in CHECKS if name in wrong()] == CHECKS[:1]
    assert (rerate_today() >= 0, rerate_today()) == (True, 0)
    assert not wrong() & set(CHECKS)


def test_nothing_is_entered_without_a_rate(world: World, call: Call, rates: dict[str, Any]) -> None:
    """PLT-7: refused in words, also past the services; the last rate of a currency in use stays."""
    rep, finance = call("rep"), call("finance")
    body = {"name": "英镑单", "customer": str(world.get("customers", "mine").id), "amount": "5", "currency": "GBP"}
    refused = rep.post("/opportunities", body)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "no_rate")
    assert "英镑" in refused.json()["errors"][0]["message"]
    row = deal(world, rep, "5.00")
    with pytest.raises(IntegrityError), transaction.atomic():
        Opportunity.objects.filter(pk=row["id"]).update(currency="GBP")
    keys = [rate["id"] for rate in rates.values()]
    assert [finance.delete(f"/exchange-rates/{key}", 1).status_code for key in keys] == [204, 204, 409]
    assert rep.patch(f"/opportunities/{row['id']}", {"currency": "CNY"}, row["version"]).status_code == 200
    assert finance.delete(f"/exchange-rates/{keys[2]}", 1).status_code == 204


@pytest.mark.parametrize(
    ("amount", "currency", "wanted"),
    [
        ("US$5,000", None, ("5000.00", "USD")),
        ("5000", "USD", ("5000.00", "USD")),
        ("$5000", "EUR", "other_currency"),
        ("¥1.2万", "EUR", "other_currency"),
        ("1.2万", None, ("12000.00", "CNY")),
        ("100.50", "JPY", "no_cents"),
    ],
)
def test_an_amount_may_name_its_currency(
    world: World, call: Call, rates: Any, amount: str, currency: str | None, wanted: Any
) -> None:
    """PLT-7: what names a currency is taken in it, and refused where the record says another."""
    if currency == "JPY":
        rated(call("finance"), "JPY", "2020-01-01", "0.05")
    body = {"name": "单", "customer": str(world.get("customers", "mine").id), "amount": amount}
    answer = call("rep").post("/opportunities", body | ({"currency": currency} if currency else {})).json()
    if currency == "JPY":
        yen = deal(world, call("rep"), "100.00", "JPY")
        refused = call("rep").post(f"/opportunities/{yen['id']}/win", {"amount": amount})
        assert refused.json()["errors"][0]["code"] == wanted
    if isinstance(wanted, str):
        assert wanted in [e["code"] for e in answer["errors"]]
    else:
        assert (answer["amount"], answer["currency"]) == wanted


def test_amounts_without_a_currency_are_in_the_companys(world: World, call: Call, rates: Any) -> None:
    """PLT-7: a budget in dollars is refused, not taken as yuan; what a deal is won with is in its own currency."""
    rep = call("rep")
    need = {"title": "外币预算", "customer": str(world.get("customers", "mine").id)}
    for budget, status in (("US$5,000", 422), ("¥1.2万", 201)):
        assert rep.post("/needs", need | {"budget": budget}).status_code == status
    row = deal(world, rep, "5.00")
    assert rep.post(f"/opportunities/{row['id']}/win", {"amount": "US$6"}).status_code == 422
    assert rep.post(f"/opportunities/{row['id']}/win", {"amount": "6"}).status_code == 200


def test_lines_are_priced_in_the_deals_currency(world: World, call: Call, rates: Any) -> None:
    """SAL-2, PLT-7: the list price by the rate; with lines the currency stays; sums of lines in the company's."""
    rep = call("rep")
    row = deal(world, rep, "1.00")
    line = rep.post("/opportunity-lines", {"opportunity": row["id"], "product": str(world.products[0])}).json()
    assert (line["price"], line["currency"]) == ("12.50", "EUR")
    now = rep.get(f"/opportunities/{row['id']}").json()
    refused = rep.patch(f"/opportunities/{row['id']}", {"currency": "CNY"}, now["version"]).json()
    assert (now["amount"], refused["errors"][0]["code"]) == ("12.50", "from_lines")
    asked = {
        "measures": [{"op": "sum", "field": "amount"}],
        "filter": {"field": "opportunity", "op": "eq", "value": row["id"]},
    }
    assert rep.post("/opportunity-lines/aggregate", asked).json()["groups"][0]["sum_amount"] == "100.00"


def test_rates_are_of_other_currencies(world: World, call: Call) -> None:
    """PLT-7: none of the company's own, none twice a day, none of nothing; the company's currency is chosen before all of them."""
    finance, admin = call("finance"), call("admin")
    for body, status in (
        ({"currency": "CNY", "valid_from": "2026-01-01", "rate": "1"}, 422),
        ({"currency": "USD", "valid_from": "2020-01-01", "rate": "7"}, 409),
        ({"currency": "EUR", "valid_from": "2020-01-01", "rate": "0"}, 422),
    ):
        assert finance.post("/exchange-rates", body).status_code == status
    assert admin.put("/admin/parameters/money.base_currency", {"value": "USD"}).status_code == 422
    assert call("rep").post("/exchange-rates", {"currency": "EUR", "rate": "8"}).status_code == 403


def test_who_may_not_read_the_amount_does_not_read_its_worth(world: World, call: Call, rates: Any) -> None:
    """ORG-3: hidden or masked, the amount takes its worth along: not shown, not compared, not added up."""
    rep = call("rep")
    deal(world, rep, "5.00")
    for access in ("hidden", "masked"):
        with act(INSTALLER, "edit", object="roles"):
            FieldRule.objects.update_or_create(
                role=Role.objects.get(code="sales_rep"),
                object="opportunities",
                field="amount",
                defaults={"access": access},
            )
        forget_everything()
        item = rep.get("/opportunities").json()["items"][0]
        assert not {"base_amount", "weighted"} & set(item)
        assert rep.get("/opportunities", fields="base_amount").status_code == 400
        assert rep.get("/opportunities", sort="base_amount").status_code == 400
        assert rep.get("/opportunities", filter={"field": "base_amount", "op": "gt", "value": "1"}).status_code == 400
        for name in ("amount", "base_amount"):
            asked = {"measures": [{"op": "sum", "field": name}]}
            assert rep.post("/opportunities/aggregate", asked).status_code == 400
