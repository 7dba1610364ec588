"""PLT-14: formulas and roll-ups on records: what they give, who may read them, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from kemai.accounts.models import FieldRule
from kemai.administration.services.people import INSTALLER
from kemai.base.audit import act
from kemai.platform.objects.declare import get_object
from tests.contracts.test_secrecy import lay_rule
from tests.fields.samples import Call, define
from tests.world import World


def formula(key: str, source: str, label: str = "", **more: Any) -> dict[str, Any]:
    return {"key": key, "type": "formula", "label_zh": label or f"算{key}", "formula": source, **more}


TOTAL = {
    "key": "deals",
    "type": "rollup",
    "label_zh": "商机总额",
    "rollup": {"object": "opportunities", "field": "customer", "op": "sum", "of": "amount"},
}


def test_a_formula_is_read_filtered_and_sorted(world: World, call: Call) -> None:
    admin = call("admin")
    made = define(call, "opportunities", formula("half", "{金额} / 2", "一半", decimals=1))
    assert (made["formula"], made["result"], made["version"]) == ("amount / 2", "number", 1)
    define(call, "opportunities", formula("big", 'if(custom.half > 4, "大", "小") & "单"', "大小"))
    define(call, "opportunities", formula("nothing", "amount / (amount - amount)"))
    customer = str(world.get("customers", "mine").id)
    for n, amount in enumerate(("7.00", "9.00", "10.00")):
        answer = admin.post("/opportunities", {"name": f"公式{n}", "customer": customer, "amount": amount})
        assert answer.status_code == 201
        assert answer.json()["custom.nothing"] is None
    rows = admin.all("opportunities", q="公式", sort="-custom.half", fields="custom.half,custom.big", limit=2)
    assert [(r["custom.half"], r["custom.big"]) for r in rows] == [("5.0", "大单"), ("4.5", "大单"), ("3.5", "小单")]
    leaf = {"field": "custom.big", "op": "eq", "value": "大单"}
    assert len(admin.all("opportunities", q="公式", filter=leaf)) == 2
    total = admin.post(
        "/opportunities/aggregate", {"q": "公式", "measures": [{"op": "sum", "field": "custom.half"}]}
    ).json()
    assert float(total["groups"][0]["sum_custom.half"]) == 13
    refused = admin.patch(f"/opportunities/{answer.json()['id']}", {"custom.half": 1}, answer.json()["version"])
    assert refused.json()["errors"][0]["code"] == "not_writable"


def test_formulas_that_cannot_be(world: World, call: Call) -> None:
    """Loops name their way; unknown names their place; a dependent that would break is named."""
    admin = call("admin")
    define(call, "customers", formula("a", "1 + 1", "甲算"))
    define(call, "customers", formula("b", "custom.a * 2", "乙算"))
    loop = admin.send("PATCH", "/admin/fields/customers/a", {"formula": "custom.b + 1"}, If_Match='"1"')
    assert loop.status_code == 422
    error = loop.json()["errors"][0]
    assert error["code"] == "loop" and "乙算 → 甲算 → 乙算" in error["message"]
    itself = admin.post("/admin/fields/customers", formula("c", "custom.c"))
    assert itself.json()["errors"][0]["code"] == "loop"
    harmed = admin.send("PATCH", "/admin/fields/customers/a", {"formula": '"text"'}, If_Match='"1"')
    assert harmed.status_code == 422 and "乙算" in harmed.json()["errors"][0]["message"]
    used = admin.post("/admin/fields/customers/a/deactivate")
    assert (used.status_code, used.json()["code"]) == (409, "in_use") and "custom.b" in used.json()["errors"][0][
        "field"
    ]
    assert admin.post("/admin/fields/customers/b/deactivate").json()["active"] is False
    assert admin.post("/admin/fields/customers/a/deactivate").status_code == 200
    tried = admin.post("/admin/fields/customers/preview", {"type": "formula", "formula": "1 + nmae"}).json()
    assert (tried["ok"], tried["error"]["code"], tried["error"]["position"], tried["error"]["length"]) == (
        False,
        "unknown_name",
        4,
        4,
    )
    for source, code, marked in (
        ("{客户名称} & {电话} & nmae", "unknown_name", "nmae"),
        ('{电话} & "{电话}" & (1 + {客户名称} * 2)', "type", "{客户名称}"),
        ("1 + {没有的}", "unknown_name", "{没有的}"),
        ("3 + {资料完整度} / 0.0 * 2", "by_zero", "0.0"),
    ):
        wrong = admin.post("/admin/fields/customers/preview", {"type": "formula", "formula": source}).json()["error"]
        kept = admin.post("/admin/fields/customers", formula("wrong", source))
        assert (kept.status_code, kept.json()["errors"][0]["code"]) == (422, code), "refused where it is saved, too"
        shown = source[wrong["position"] : wrong["position"] + wrong["length"]]
        assert (wrong["code"], shown) == (code, marked), "the place in what was typed, not in what is kept"
    good = admin.post("/admin/fields/customers/preview", {"type": "formula", "formula": 'name & "！"'}).json()
    assert good["ok"] and good["result"] == "text" and len(good["rows"]) == 5
    assert all(r["value"] == f"{r['label']}！" for r in good["rows"])


def test_a_formula_tells_nobody_what_he_may_not_read(world: World, call: Call) -> None:
    """ORG-3: a hidden or masked input hides the formula, and the formula of the formula."""
    rep, path = call("rep"), f"/opportunities/{world.get('opportunities', 'mine').id}"
    define(call, "opportunities", formula("one", "amount * 1"))
    define(call, "opportunities", formula("two", "custom.one + 1"))
    assert rep.get(path).json()["custom.two"] is not None
    for access in ("masked", "hidden"):
        lay_rule("opportunities", "amount", access)
        answer = rep.get(path)
        found = answer.json()
        assert answer.status_code == 200 and found["name"]
        assert "custom.one" not in found and "custom.two" not in found
        assert rep.get("/opportunities", fields="custom.two").status_code == 400
        assert rep.get("/opportunities", sort="custom.two").status_code == 400
        assert rep.get("/opportunities", filter={"field": "custom.one", "op": "gt", "value": 1}).status_code == 400
        assert "custom.one" not in {f["name"] for f in rep.get("/meta/objects/opportunities").json()["fields"]}
        if access == "masked":
            with act(INSTALLER, "grants", object="roles"):
                FieldRule.objects.filter(field="amount").delete()


def test_nothing_is_made_of_what_its_author_may_not_read(world: World, call: Call) -> None:
    """Issue B: a formula, and a roll-up, that names a hidden field is refused by its name; one made before stays and may be renamed."""
    admin = call("admin")
    define(call, "opportunities", formula("before", "amount * 1", "早有的"))
    define(call, "customers", TOTAL | {"key": "sum_before", "label_zh": "早有的合计"})
    lay_rule("opportunities", "amount", "hidden", role="administrator")
    for place, definition, marked in (
        ("opportunities", formula("after", "{商机编号} & ({金额} * 2)"), "{金额}"),
        ("opportunities", formula("again", "1 + custom.before"), ""),
        ("customers", TOTAL, ""),
    ):
        wrong = admin.post(f"/admin/fields/{place}", definition).json()["errors"][0]
        assert wrong["code"] == "withheld" and "金额" in wrong["message"], definition
        tried = admin.post(f"/admin/fields/{place}/preview", definition).json()["error"]
        source = str(definition.get("formula", ""))
        assert source[tried["position"] : tried["position"] + tried["length"]] == marked
    renamed = admin.send("PATCH", "/admin/fields/opportunities/before", {"label_zh": "改名"}, If_Match='"1"')
    assert renamed.status_code == 200, renamed.json()


def test_a_formula_over_a_value_withheld_in_the_pool(world: World, call: Call) -> None:
    """POOL-4: on a pool record the telephone number is withheld, and so is what is made of it."""
    define(call, "customers", formula("tel", '"T" & phone'))
    pooled = world.get("customers", "pooled")
    clear = call("admin").get(f"/customers/{pooled.id}").json()["custom.tel"]
    assert clear == f"T{pooled.secrets[0]}"
    shown = call("rep").get(f"/customers/{pooled.id}").json()
    assert shown["custom.tel"] is None and shown["phone"] != pooled.secrets[0]


def test_a_roll_up_counts_what_points_here(world: World, call: Call) -> None:
    admin, customer = call("admin"), world.get("customers", "mine")
    for op, of, filter_ in (
        ("sum", "amount", None),
        ("count", "", {"field": "amount", "op": "gte", "value": "20"}),
        ("max", "expected_close_on", None),
        ("last", "name", {"not": {"field": "name", "op": "contains", "value": "'t.%"}}),
        ("min", "amount", {"field": "amount", "op": "between", "value": ["15", "25"]}),
    ):
        spec = {"object": "opportunities", "field": "customer", "op": op, "of": of, "filter": filter_, "by": ""}
        define(call, "customers", {"key": f"r_{op}", "type": "rollup", "label_zh": f"汇总{op}", "rollup": spec})
    before = admin.get(f"/customers/{customer.id}").json()
    for n, (amount, day) in enumerate((("10.00", "2027-01-01"), ("20.00", "2039-01-01"), ("30.00", "2028-01-01"))):
        body = {"name": f"汇总{n}", "customer": str(customer.id), "amount": amount, "expected_close_on": day}
        assert admin.post("/opportunities", body).status_code == 201
    found = admin.get(f"/customers/{customer.id}").json()
    assert float(found["custom.r_sum"]) == float(before["custom.r_sum"]) + 60
    assert found["custom.r_count"] >= before["custom.r_count"] + 2
    assert (
        found["custom.r_max"] == "2039-01-01" and found["custom.r_last"] == "汇总2" and found["custom.r_min"] == "20.00"
    )
    other = admin.get(f"/customers/{world.get('customers', 'foreign').id}").json()
    assert other["custom.r_sum"] != found["custom.r_sum"]
    rows = admin.all("customers", sort="-custom.r_sum", fields="custom.r_sum", limit=3)
    values = [float(r["custom.r_sum"]) for r in rows]
    assert values == sorted(values, reverse=True) and len(rows) == len(admin.ids("customers"))
    # One step along a reference lays the alias of the step over the roll-up's own.
    leaf = {"field": "customer.custom.r_sum", "op": "gte", "value": found["custom.r_sum"]}
    assert {r["customer"]["id"] for r in admin.all("opportunities", filter=leaf, fields="customer")} == {
        str(customer.id)
    }
    state = {"object": "opportunities", "field": "customer", "op": "last", "of": "status"}
    tried = admin.post("/admin/fields/customers/preview", {"type": "rollup", "rollup": state}).json()["rows"]
    assert "进行中" in {row["value"] for row in tried} <= {"进行中", "赢单", "丢单", None}, "in words, not in codes"
    define(call, "customers", {"key": "r_state", "type": "rollup", "label_zh": "最近状态", "rollup": state})
    assert admin.get("/customers", sort="custom.r_state").status_code == 200
    define(call, "customers", formula("share", "round(custom.r_sum / 10, 2)"))
    assert float(admin.get(f"/customers/{customer.id}").json()["custom.share"]) == round(
        float(found["custom.r_sum"]) / 10, 2
    )


def test_a_roll_up_is_hidden_with_what_it_is_made_of(world: World, call: Call) -> None:
    define(call, "customers", TOTAL)
    define(call, "customers", formula("twice", "custom.deals * 2"))
    rep, path = call("rep"), f"/customers/{world.get('customers', 'mine').id}"
    assert rep.get(path).json()["custom.twice"] is not None
    # Customer service sees customers and no opportunities.
    assert not {"custom.deals", "custom.twice"} & set(call("service").get(path).json())
    lay_rule("opportunities", "amount", "masked")
    assert not {"custom.deals", "custom.twice"} & set(rep.get(path).json())


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"object": "nothing"}, "unknown_name"),
        ({"field": "owner"}, "unknown_name"),
        ({"op": "product"}, "unknown_name"),
        ({"of": "gone"}, "unknown_name"),
        ({"of": "name"}, "type"),
        ({"filter": {"field": "gone", "op": "eq", "value": 1}}, "unknown_name"),
        ({"filter": {"field": "amount", "op": "contains", "value": "x"}}, "bad_condition"),
        ({"filter": {"field": "owner", "op": "eq", "value": "me"}}, "bad_condition"),
        ({"filter": {"field": "customer.name", "op": "eq", "value": "x"}}, "unknown_name"),
    ],
)
def test_roll_ups_that_cannot_be(change: dict[str, Any], code: str, world: World, call: Call) -> None:
    answer = call("admin").post("/admin/fields/customers", {**TOTAL, "rollup": {**TOTAL["rollup"], **change}})  # type: ignore[dict-item]
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] == code
    assert "custom.deals" not in get_object("customers").by_name


def test_a_field_in_a_roll_up_cannot_go(world: World, call: Call) -> None:
    admin = call("admin")
    define(call, "contacts", {"key": "score", "type": "number", "label_zh": "分数"})
    spec = {"object": "contacts", "field": "customer", "op": "sum", "of": "custom.score"}
    define(call, "customers", {"key": "scores", "type": "rollup", "label_zh": "总分", "rollup": spec})
    assert admin.post("/admin/fields/contacts/score/deactivate").json()["code"] == "in_use"
    contact = world.get("contacts", "mine")
    version = admin.get(f"/contacts/{contact.id}").json()["version"]
    assert admin.patch(f"/contacts/{contact.id}", {"custom.score": 5}, version).status_code == 200
    assert float(admin.get(f"/customers/{world.get('customers', 'mine').id}").json()["custom.scores"]) == 5
