"""PLT-1, POOL-4: found by two characters, by sound, by initials, by parts of a number where the number may be seen."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.calling import Caller
from tests.world import World

Call = Callable[[str], Caller]

COMPANY = {
    "name": "杭州曾氏精密机械有限公司",
    "short_name": "曾氏",
    "phone": "13712345678",
    "credit_code": "91330106MA2CFL4G4T",
    "legal_representative": "单雄信",
}

FOUND = [
    "精密",
    "曾氏精密",
    "杭州 机械",
    "hangzhou",
    "hzzs",
    "jingmi",
    "JMJX",
    "单雄信",
    "13712345678",
    "137 1234 5678",
    "345678",
    "1371",
    "公司 精密",
    "精密机械有限公司",
]
LOST = ["精蜜", "杭州 上海", "99999", "13712345679", "zzzz", "%", "_", "\\"]


@pytest.fixture
def company(world: World, call: Call) -> str:
    answer = call("rep").post("/customers", {k: v for k, v in COMPANY.items() if k != "credit_code"})
    assert answer.status_code == 201, answer.content.decode()
    return str(answer.json()["id"])


@pytest.mark.parametrize("q", FOUND)
def test_found(q: str, company: str, call: Call) -> None:
    """PLT-1: at once after it was written, in the list, in the picker and everywhere."""
    rep = call("rep")
    assert company in rep.ids("customers", q=q)
    assert company in {o["id"] for o in rep.get("/customers/options", q=q).json()["items"]}
    groups = rep.get("/search", q=q, limit=20).json()["groups"]
    assert company in {i["id"] for g in groups if g["object"] == "customers" for i in g["items"]}
    assert rep.get("/customers", q=q, with_total=True).json()["total"] == len(rep.ids("customers", q=q))


@pytest.mark.parametrize("q", LOST)
def test_not_found(q: str, company: str, call: Call) -> None:
    """Nothing is found by what it is not."""
    if q in ("%", "_", "\\"):
        groups = call("rep").get("/search", q=q).json()["groups"]
        assert groups == []
    else:
        assert company not in call("rep").ids("customers", q=q)


def test_people_by_name(world: World, call: Call) -> None:
    """PLT-1: a surname with a sound of its own is found by it."""
    rep = call("rep")
    made = rep.post(
        "/contacts", {"name": "单小红", "customer": str(world.get("customers", "mine").id), "phone": "13600001234"}
    ).json()
    for q in ("小红", "shanxiaohong", "sxh", "0001234", "单小"):
        assert made["id"] in rep.ids("contacts", q=q), q


def test_search_follows_edits_and_the_bin(company: str, call: Call) -> None:
    """PLT-1: the terms are of the record as it is."""
    rep, path = call("rep"), f"/customers/{company}"
    rep.patch(path, {"name": "宁波远航物流有限公司", "short_name": "", "phone": "13811112222"}, 1)
    assert company in rep.ids("customers", q="远航") and company not in rep.ids("customers", q="精密")
    assert company in rep.ids("customers", q="1112222") and company not in rep.ids("customers", q="345678")
    rep.delete(path, 2)
    assert company not in rep.ids("customers", q="远航")
    rep.post(f"{path}/restore")
    assert company in rep.ids("customers", q="远航")


def test_parts_of_hidden_numbers_find_nothing(company: str, world: World, call: Call) -> None:
    """POOL-4, P-1: in the pool a part of the number finds nothing; the whole number, which one must know, finds the customer."""
    rep2, director = call("rep2"), call("director")
    assert call("rep").post(f"/customers/{company}/release", {"reason": "other"}).status_code == 200
    for part in ("345678", "1371", "12345"):
        assert company not in rep2.ids("customers", q=part), part
        assert company in director.ids("customers", q=part), part
    assert company in rep2.ids("customers", q="13712345678")
    assert company in rep2.ids("customers", q="精密")


def test_only_ones_own_scope(company: str, call: Call) -> None:
    """S-1: nobody finds what he may not see, by any word."""
    for q in FOUND:
        assert company not in call("rep3").ids("customers", q=q), q
        assert "曾氏" not in call("rep3").get("/search", q=q).content.decode(), q
