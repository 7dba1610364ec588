"""CUS-10: how good a customer file is, why, and what the page of figures says of whom."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from kemai.base import parameters
from kemai.customers.models import Customer
from kemai.kit.clock import now
from kemai.kit.errors import Forbidden, NotFound
from kemai.kit.text.suspicious import made_up_email, made_up_name, made_up_phone
from kemai.platform.models import QualityDay
from kemai.platform.objects import write
from kemai.platform.objects.declare import get_object
from kemai.platform.quality import service
from tests.calling import Caller
from tests.world import World

GOOD = {
    "phone": "021-62345678",
    "industry": "it",
    "region": "上海",
    "address": "建设路 1 号",
    "source": "referral",
    "email": "office@huachen.cn",
    "importance": "key",
    "relation_stage": "intent",
    "legal_representative": "王建国",
    "product_lines": "机床",
}


def make(world: World, name: str, **values: Any) -> UUID:
    known = get_object("customers").by_name
    fitting = {}
    for field, value in values.items():
        choices = known[field].choice_map() if known[field].choice_items() else {}
        fitting[field] = value if not choices or value in choices else next(iter(choices))
    return write.create_record(world.actor("rep"), get_object("customers"), {"name": name, **fitting})


@pytest.mark.parametrize("name", ["测试公司", "test", "啊啊啊", "asdf", "12345", "随便填", "TBD"])
def test_names_made_up(name: str) -> None:
    assert made_up_name(name)


@pytest.mark.parametrize(
    "name", ["华测检测认证集团", "丽丽", "上海华辰", "Testarossa GmbH", "未来电子", "民生银行", "ABC 电子"]
)
def test_names_people_have(name: str) -> None:
    assert not made_up_name(name)


@pytest.mark.parametrize(
    ("phone", "made_up"),
    [
        ("13800138000", True),
        ("13888888888", True),
        ("13812345678", True),
        ("021-62345678", True),
        ("021-62348071", False),
        ("400-800-1234", False),
    ],
)
def test_numbers_made_up(phone: str, made_up: bool) -> None:
    assert made_up_phone(phone) is made_up


def test_addresses_made_up() -> None:
    assert made_up_email("test@qq.com") and made_up_email("a@a.com")
    assert not made_up_email("office@huachen.cn")


def test_the_score_follows_the_record(world: World) -> None:
    """Kept with every write, explained part by part, and moved by nothing else."""
    key = make(world, "上海华辰精密机械", **{**GOOD, "phone": "021-62348071"})
    row = Customer.objects.get(pk=key)
    assert (row.quality, row.quality_faults) == (85, ["missing:credit_code"])
    write.update_record(
        world.actor("rep"), get_object("customers"), key, {"phone": "13888888888", "address": ""}, version=1
    )
    row.refresh_from_db()
    assert set(row.quality_faults) == {"missing:credit_code", "missing:address", "suspicious:phone"}
    assert row.quality == 75 - 15
    told = service.explain_record(world.actor("rep"), "customers", key)
    assert told["faults"][0]["text"] == "可疑：电话" and told["score"] == 60
    write.update_record(world.actor("rep"), get_object("customers"), key, {"remark": "x"}, version=2)
    assert Customer.objects.get(pk=key).quality == 60
    with pytest.raises(NotFound):
        service.explain_record(world.actor("rep3"), "customers", key)


def test_changed_weights_count_without_touching_records(world: World) -> None:
    """Judged anew at night: neither version nor time moves; the day is noted once."""
    key = make(world, "上海华辰精密机械", **GOOD)
    before = Customer.objects.values("version", "updated_at").get(pk=key)
    parameters.set_parameter(world.actor("admin"), code="customers.quality.credit_code", value=0)
    assert service.judge_again() > 0
    row = Customer.objects.get(pk=key)
    assert "missing:credit_code" not in row.quality_faults
    assert {"version": row.version, "updated_at": row.updated_at} == before
    assert service.judge_again() == 0
    day = QualityDay.objects.get(object="customers", department_id=world.departments["east_one"])
    assert day.records == Customer.objects.filter(department_id=day.department_id, deleted_at__isnull=True).count()


def test_confirming_is_an_editors(world: World, call: Callable[[str], Caller]) -> None:
    key = make(world, "上海华辰精密机械")
    assert call("rep").post(f"/customers/{key}/confirm").json()["confirmed_at"]
    assert now() - Customer.objects.get(pk=key).confirmed_at < timedelta(minutes=1)  # type: ignore[operator]
    assert call("rep3").post(f"/customers/{key}/confirm").status_code == 404
    with pytest.raises(Forbidden):
        service.confirm_record(world.actor("service"), "customers", key)


def test_the_whole_is_that_of_all_not_of_those_told_one_by_one(
    world: World, call: Callable[[str], Caller], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A large company has more owners than lines; the figures above them still speak of everybody."""
    every = call("admin").get("/quality", object="customers", by="owner").json()
    assert len(every["groups"]) > 2 and not every["more"]
    monkeypatch.setattr(service, "SHOWN", 1)
    few = call("admin").get("/quality", object="customers", by="owner").json()
    assert len(few["groups"]) == 1 and few["more"]
    assert few["total"] == every["total"] and few["total"]["count"] == len(call("admin").ids("customers"))


def test_figures_are_of_what_one_sees(world: World, call: Callable[[str], Caller]) -> None:
    """The same records as the list; a department's trend only for whoever sees the department."""
    service.judge_again()
    for person in ("rep", "manager", "director", "rep3"):
        found = call(person).get("/quality", object="customers", by="owner").json()
        assert found["total"]["count"] == len(call(person).ids("customers")), person
        low = {"field": "quality", "op": "lt", "value": 60}
        assert found["total"]["low"] == len(call(person).ids("customers", filter=low)), person
        assert bool(found["trend"]) == (person in ("manager", "director")), person
    assert call("rep").get("/quality", by="nothing").status_code == 404
    assert call("auditor").get("/quality").status_code == 403
