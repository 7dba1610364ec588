"""One custom field of every type that holds values, and what goes into it: the value sent, the value read, one that is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.calling import Caller
from tests.world import World

Call = Callable[[str], Caller]


@dataclass(frozen=True)
class Sample:
    """``values``: two different values as sent; ``shown``: how the first is read; ``words``: how a sheet shows the first."""

    type: str
    values: tuple[Any, Any]
    shown: Any
    wrong: Any
    words: str = ""
    extra: dict[str, Any] = field(default_factory=dict)
    reference: bool = False

    @property
    def key(self) -> str:
        return f"x_{self.type}"

    @property
    def name(self) -> str:
        return f"custom.{self.key}"


def samples(world: World) -> list[Sample]:
    """Every type; references point to what the representative may see."""
    rep, manager = str(world.users["rep"]), str(world.users["manager"])
    east, south = str(world.departments["east_one"]), str(world.departments["south"])
    mine, boss = str(world.get("customers", "mine").id), str(world.get("customers", "lent").id)
    choices = [
        {"value": "a", "label_zh": "甲类"},
        {"value": "b", "label_zh": "乙类"},
        {"value": "c", "label_zh": "丙类"},
    ]
    return [
        Sample("text", ("欧阳牌 t. %s 机床", "另一个'引号"), "欧阳牌 t. %s 机床", "长" * 31, "欧阳牌 t. %s 机床", {"max_length": 30}),
        Sample("long_text", ("第一行\n第二行", "别的"), "第一行\n第二行", 5, "第一行\n第二行"),
        Sample("number", ("12.5", -3), "12.50", "abc", "12.50", {"decimals": 2, "min": "-10", "max": "1000"}),
        Sample("money", ("1234.5", "99"), "1234.50", "钱", "1234.50", {"currency": "CNY"}),
        Sample("percent", ("25", "50"), "25.0000", "x", "25%"),
        Sample("date", ("2026-03-01", "2025-12-31"), "2026-03-01", "2026-02-30", "2026-03-01"),
        Sample("instant", ("2026-03-01T09:30:00+08:00", "2025-01-01T00:00:00+00:00"), "2026-03-01T01:30:00+00:00", "gestern", "2026-03-01 09:30"),
        Sample("bool", (True, False), True, "ja", "是"),
        Sample("choice", ("a", "b"), "a", "zzz", "甲类", {"choices": choices}),
        Sample("multi_choice", (["a", "c"], ["b"]), ["a", "c"], ["zzz"], "甲类、丙类", {"choices": choices}),
        Sample("user", (rep, manager), rep, "nobody", "员工rep", reference=True),
        Sample("department", (east, south), east, "nowhere", "华东一部", reference=True),
        Sample("reference", (mine, boss), mine, "nothing", "", {"target": "customers"}, reference=True),
        Sample("location", ({"lat": 31.23, "lng": 121.47, "address": "上海人民广场"}, {"address": "别处"}), {"lat": 31.23, "lng": 121.47, "address": "上海人民广场"}, {"lat": 91, "lng": 0}, "上海人民广场 (31.23, 121.47)"),  # noqa: E501
        Sample("phone", ("13912345678", "13987654321"), "13912345678", "12", "13912345678"),
        Sample("email", ("a@x.example", "b@x.example"), "a@x.example", "a.x.example", "a@x.example"),
        Sample("url", ("https://x.example/a", "http://y.example"), "https://x.example/a", "ftp:x", "https://x.example/a"),
        Sample("rating", (4, 2), 4, 6, "4"),
    ]  # fmt: skip


def define(call: Call, object_name: str, definition: dict[str, Any]) -> dict[str, Any]:
    """A field made by the administrator, through the API."""
    answer = call("admin").post(f"/admin/fields/{object_name}", definition)
    assert answer.status_code == 201, answer.content.decode()
    found: dict[str, Any] = answer.json()
    return found


def define_all(world: World, call: Call, object_name: str) -> list[Sample]:
    """One field of every type on a kind of record."""
    found = samples(world)
    for s in found:
        define(
            call,
            object_name,
            {"key": s.key, "type": s.type, "label_zh": f"自定{s.type}", "label_en": f"My {s.type}", **s.extra},
        )
    return found


def read(sample: Sample, item: dict[str, Any]) -> Any:
    """A value as an answer carries it: of references the id."""
    value = item[sample.name]
    return value["id"] if sample.reference and value else value
