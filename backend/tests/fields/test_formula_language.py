"""PLT-14: the language of formulas, as tables. Pure: no database."""

from __future__ import annotations

import pytest

from kemai.kit.words import T
from kemai.platform.custom.formula import FormulaError, compile_formula, named_fields, with_names
from kemai.platform.objects import types
from kemai.platform.objects.declare import Field

FIELDS = {
    f.name: f
    for f in (
        Field("amount", types.MONEY, T("金额", "Amount")),
        Field("name", types.TEXT, T("名称", "Name")),
        Field("won", types.BOOL, T("已赢", "Won")),
        Field("due_on", types.DATE, T("到期日", "Due")),
        Field("at", types.INSTANT, T("时间", "At")),
        Field("tags", types.TAGS, T("标签", "Tags")),
        Field("owner", types.USER, T("负责人", "Owner"), target="users"),
    )
}

RESULTS = [
    ("amount * 2", "number"),
    ("-amount / 0", "number"),
    ('if(amount > 100, "大", "小")', "text"),
    ("if(won, 1, amount >= 5, 2, 3)", "number"),
    ('name & "：" & amount & due_on', "text"),
    ("due_on + 30", "date"),
    ("due_on - today()", "number"),
    ("days_between(at, due_on) >= 3 and not won", "bool"),
    ("coalesce(null, amount)", "number"),
    ("if(won, null, due_on)", "date"),
    ("max(due_on, date(at))", "date"),
    ("now()", "instant"),
    ("is_empty(tags) or is_empty(owner)", "bool"),
    ("{金额} + {Amount}", "number"),
    ("round(amount, 2)", "number"),
    ('in(name, "a", “乙”)', "bool"),
    ("year(at) * 100 + month(at)", "number"),
    ("left(name， 2)", "text"),
    ("1 + 2 * 3 - 4 / 5", "number"),
    ("AMOUNT_ > 1 or true", None),
]

WRONG = [
    ("", "syntax", 0),
    ("amount +", "syntax", 8),
    ("amount + )", "syntax", 9),
    ("amount ? 1", "syntax", 7),
    ("(amount", "syntax", 7),
    ("amout + 1", "unknown_name", 0),
    ("1 + {没有的}", "unknown_name", 4),
    ("custom.gone", "unknown_name", 0),
    ("system(1)", "unknown_name", 0),
    ("name + 1", "type", 0),
    ("1 + name", "type", 4),
    ("amount > name", "type", 9),
    ("not amount", "type", 4),
    ("if(amount, 1, 2)", "type", 3),
    ('if(won, 1, "x")', "type", 11),
    ("if(won, 1, won, 2)", "type", 0),
    ("tags", "type", 0),
    ("owner & 1", "type", 0),
    ("null", "type", 0),
    ("round(amount, 7)", "type", 14),
    ("round(amount, amount)", "type", 14),
    ("round()", "arguments", 0),
    ("today(1)", "arguments", 0),
    ("min(name, name)", "type", 4),
    ("1234567890123456", "number_range", 0),
    ("(" * 60 + "1" + ")" * 60, "too_deep", 40),
    ("-" * 60 + "1", "too_deep", 39),
    ("1+" * 1100 + "1", "too_long", 2000),
    ("1+" * 700 + "1", "too_long", 0),
    ("and", "syntax", 0),
    ("1 2", "syntax", 2),
    ("amount; DROP TABLE x", "syntax", 6),
    ("'a' 'b'", "syntax", 4),
]


@pytest.mark.parametrize(("source", "result"), RESULTS)
def test_every_part_has_a_type(source: str, result: str | None) -> None:
    if result is None:
        with pytest.raises(FormulaError):
            compile_formula(source, FIELDS, zone="Asia/Shanghai")
    else:
        assert compile_formula(source, FIELDS, zone="Asia/Shanghai").type == result


@pytest.mark.parametrize(("source", "code", "position"), WRONG)
def test_what_is_wrong_is_said_with_its_place(source: str, code: str, position: int) -> None:
    with pytest.raises(FormulaError) as caught:
        compile_formula(source, FIELDS, zone="Asia/Shanghai")
    assert (caught.value.code, caught.value.position) == (code, position)
    for language in ("zh-CN", "en"):
        assert caught.value.message.to(language, **caught.value.params)


def test_texts_are_put_so_that_nothing_can_read_them_otherwise() -> None:
    """No quote, no per cent, no alias: what the user typed stands nowhere in the statement."""
    sql = compile_formula("""name & "'; t.id %(me)s %s \\ -- t.amount" """, FIELDS, zone="Asia/Shanghai").sql
    assert "%" not in sql and "t.id" not in sql and "t.amount" not in sql and "--" not in sql
    assert sql.count("'") == 2


def test_names_and_labels() -> None:
    source = '{金额} + {Amount} - amount & "{金额}"'
    assert named_fields(source) == {"金额", "Amount", "amount"}
    assert with_names(source, {"金额": "amount", "Amount": "amount"}).text == 'amount + amount - amount & "{金额}"'
