"""CUS-9: what is told while typing, to whom, and what the administrator makes of the rules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from kemai.base import parameters
from kemai.base.jobs import run_job
from kemai.base.models import AuditEvent, ParameterValue
from kemai.base.outbox import deliver_event, dispatch_pending
from kemai.kit.errors import Duplicate, Forbidden, Invalid
from kemai.platform.doubles import finder, queue, rules
from kemai.platform.models import DuplicatePair, MatchKey, Merge
from kemai.platform.objects import write
from kemai.platform.objects.declare import get_object
from tests.calling import Caller
from tests.database import Outcome
from tests.world import World


@pytest.fixture(autouse=True)
def fresh_rules() -> None:
    rules.forget_cache()


def make(world: World, person: str, name: str, **values: Any) -> UUID:
    return write.create_record(world.actor(person), get_object("customers"), {"name": name, **values})


def test_a_visible_double_is_shown(world: World, call: Callable[[str], Caller]) -> None:
    key = make(world, "rep", "上海华辰精密机械有限公司", phone="13912345678")
    lines = (
        call("rep").post("/customers/check", {"name": "上海华晨精密机械", "phone": "139-1234-5678"}).json()["doubles"]
    )
    assert [line["record"]["id"] for line in lines] == [str(key)]
    assert lines[0]["score"] >= 95
    assert set(lines[0]["reasons"]) == {"公司名称相似", "电话相同"}
    assert call("rep").post("/customers/check", {"name": "上海华展精密机械"}).json()["doubles"] == []


def test_a_withheld_double_gives_away_its_place_alone(world: World, call: Callable[[str], Caller]) -> None:
    """Neither name nor number, count nor closeness; it is logged, and there is an end to it."""
    make(world, "rep3", "上海华辰精密机械有限公司", phone="13912345678")
    make(world, "rep3", "上海华辰精密机床有限公司", phone="13912345678")
    before = AuditEvent.objects.filter(action="duplicate.refused").count()
    answer = call("rep").post("/customers/check", {"name": "华晨精密机械", "phone": "13912345678"}).json()
    assert {line["holder"] for line in answer["doubles"]} == {"华南大区"}
    for line in answer["doubles"]:
        assert line["record"] is None and set(line) == {"field", "rule", "label", "action", "holder", "record"}
    assert len({line["rule"] for line in answer["doubles"]}) == len(answer["doubles"])
    assert "华辰" not in str(answer) and "1234" not in str(answer)
    assert AuditEvent.objects.filter(action="duplicate.refused").count() == before + 1
    codes = {call("rep").post("/customers/check", {"phone": "13912345678"}).status_code for _ in range(61)}
    assert 429 in codes


def test_an_edit_is_no_double_of_itself(world: World, call: Callable[[str], Caller]) -> None:
    key = make(world, "rep", "上海华辰精密机械有限公司", phone="13912345678")
    found = call("rep").send("POST", f"/customers/check?id={key}", {"phone": "13912345678"}).json()
    assert found == {"errors": [], "doubles": []}
    other = make(world, "rep", "北京云帆科技有限公司", phone="13800001111")
    found = call("rep").send("POST", f"/customers/check?id={other}", {"phone": "13912345678"}).json()
    assert [line["record"]["id"] for line in found["doubles"]] == [str(key)]
    assert call("rep3").send("POST", f"/customers/check?id={other}", {"phone": "1"}).status_code == 404


def test_a_rule_made_to_block_blocks(world: World) -> None:
    """Creating, editing and within one batch; the words name the rule and the place."""
    make(world, "rep3", "甲乙科技有限公司", phone="13912345678")
    rules.set_rule(world.actor("admin"), "customers", "phone", {"action": "block"})
    with pytest.raises(Duplicate) as refused:
        make(world, "rep", "丙丁贸易有限公司", phone="139 1234 5678")
    assert "电话相同" in str(refused.value) and "华南大区" in str(refused.value)
    key = make(world, "rep", "丙丁贸易有限公司")
    with pytest.raises(Duplicate):
        write.update_record(world.actor("rep"), get_object("customers"), key, {"phone": "13912345678"}, version=1)
    drafts = write.prepare_new(
        world.actor("rep"),
        get_object("customers"),
        [{"name": "戊己实业", "phone": "13711112222"}, {"name": "庚辛食品", "phone": "13711112222"}],
    )
    assert [[e.code for e in d.errors] for d in drafts] == [[], ["duplicate"]]


def test_rules_are_the_administrators(world: World) -> None:
    admin = world.actor("admin")
    with pytest.raises(Forbidden):
        rules.set_rule(world.actor("director"), "customers", "phone", {"action": "off"})
    with pytest.raises(rules.RuleFixed):
        rules.set_rule(admin, "customers", "company_name", {"action": "off"})
    with pytest.raises(Invalid):
        rules.set_rule(admin, "customers", "similar_name", {"threshold": 20})
    with pytest.raises(Invalid):
        rules.add_rule(
            admin, "customers", {"label": "行业", "action": "alert", "parts": [{"field": "industry", "how": "same"}]}
        )
    with pytest.raises(Invalid):
        rules.add_rule(
            admin, "customers", {"label": "x", "action": "alert", "parts": [{"field": "name", "how": "phone"}]}
        )
    found = rules.add_rule(
        admin, "customers", {"label": "法人和地区", "action": "alert", "parts": [
            {"field": "legal_representative", "how": "sound"}, {"field": "region", "how": "text"}]},
    )  # fmt: skip
    own = next(r for kind in found for r in kind["rules"] if r["own"])
    assert own["parts"][0]["how_label"] == "读音相同"
    rules.remove_rule(admin, "customers", own["code"])
    assert AuditEvent.objects.filter(action="match_rule").count() == 2


def test_the_whole_is_searched_and_decisions_stay(world: World) -> None:
    """The batch finder fills the queue, a decision stays decided, and what is no double any more leaves."""
    one = make(world, "rep", "上海华辰精密机械有限公司")
    two = make(world, "rep", "上海华晨精密机械有限公司")
    make(world, "rep3", "华辰精密机械")
    MatchKey.objects.all().delete()
    director = world.actor("director")

    def search() -> None:
        job = run_job(finder.start_finding(director, "customers").id)
        assert job.state == "done", job.result

    search()
    page = queue.list_cases(director, "customers")
    assert [len(case["pairs"]) for case in page["items"]] == [3], "three that are alike are one case"
    assert len(page["items"][0]["records"]) == 3
    assert page["items"][0]["reasons"][0]["details"][0] in ("字号相同", "字号同音")
    mine = queue.list_cases(world.actor("rep"), "customers")["items"]
    assert [{r["id"] for r in pair["records"]} for pair in mine] == [{str(one), str(two)}]
    assert queue.list_cases(world.actor("rep3"), "customers")["items"] == []
    foreign = [p["id"] for p in page["items"][0]["pairs"] if p["id"] != mine[0]["id"]]
    assert queue.decide_pairs(world.actor("rep"), "customers", foreign, decision="different") == 0
    assert queue.decide_pairs(director, "customers", [mine[0]["id"]], decision="different", note="两家公司") == 1
    search()
    assert DuplicatePair.objects.get(pk=mine[0]["id"]).state == "different"
    assert [len(case["pairs"]) for case in queue.list_cases(director, "customers")["items"]] == [2]
    write.update_record(world.actor("rep"), get_object("customers"), two, {"name": "完全不同的名字"}, version=1)
    finder.look_again(get_object("customers"), [two])
    assert [len(case["pairs"]) for case in queue.list_cases(director, "customers")["items"]] == [1]


def _deliver() -> None:
    """Hand on to the queue what happened to records."""
    while dispatch_pending():
        pass
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM procrastinate_jobs WHERE task_name = 'base.deliver' RETURNING (args ->> 'outbox_id')::bigint, args ->> 'subscriber'"
        )
        waiting = cursor.fetchall()
    for outbox_id, subscriber in waiting:
        if subscriber.startswith("kemai.platform.subscribers."):
            deliver_event(outbox_id, subscriber)


def test_a_merged_pair_is_settled_and_parted_again(world: World, call: Callable[[str], Caller]) -> None:
    """CUS-9: the queue keeps what became of a pair, though one of its records is gone; a pair not found before is found decided."""
    one, two = make(world, "rep", "上海华辰精密机械有限公司"), make(world, "rep", "上海华晨精密机械有限公司")
    for found_before in (True, False):
        _deliver()
        DuplicatePair.objects.all().delete()
        if found_before:
            pair_up([one, two], (0, 1, 90))
        assert call("manager").post(f"/customers/{one}/merge", {"loser": str(two), "take": []}).status_code == 200
        _deliver()
        if found_before:
            assert DuplicatePair.objects.get().state == "merged"
        merge = Merge.objects.get(loser_id=two, undone_at=None)
        assert call("manager").post(f"/merges/{merge.pk}/undo").status_code == 200
        _deliver()
        assert DuplicatePair.objects.get().state == "different"


def pair_up(keys: list[UUID], *pairs: tuple[int, int, int]) -> None:
    """Put pairs into the queue: two of the records and how likely."""
    for one, two, score in pairs:
        first, second = sorted((keys[one], keys[two]))
        DuplicatePair.objects.create(object="customers", one=first, two=second, score=score)


def test_every_night_all_is_searched_unless_switched_off(world: World) -> None:
    """CUS-9: pairs nobody met by an edit are found, those that are none any more leave, decisions stay."""
    one, two = make(world, "rep", "上海华辰精密机械有限公司"), make(world, "rep", "上海华晨精密机械有限公司")
    third = make(world, "rep", "完全无关有限公司")
    DuplicatePair.objects.all().delete()
    pair_up([one, two, third], (0, 2, 80))
    ParameterValue.objects.update_or_create(code="duplicates.nightly", defaults={"value": False})
    parameters.forget_cache()
    assert finder.find_nightly() == 0 and DuplicatePair.objects.get().score == 80
    ParameterValue.objects.filter(code="duplicates.nightly").delete()
    parameters.forget_cache()
    assert finder.find_nightly() >= 1
    assert {(p.one, p.two) for p in DuplicatePair.objects.filter(object="customers")} == {tuple(sorted((one, two)))}
    DuplicatePair.objects.update(state="different")
    finder.find_nightly()
    assert not DuplicatePair.objects.filter(object="customers", state="open").exists()


def test_what_hangs_together_is_one_case_over_pages(
    world: World, call: Callable[[str], Caller], monkeypatch: pytest.MonkeyPatch
) -> None:
    """CUS-9: A like B, B like C is one case at its likeliest pair; on no page twice, on none missing, however pages fall."""
    keys = [make(world, "rep", f"成组{n}有限公司") for n in range(9)]
    # A chain of four (by its ends 90, 70, 60), a pair of its own, and a ring of three.
    pair_up(keys, (0, 1, 60), (1, 2, 90), (2, 3, 70), (4, 5, 80), (6, 7, 75), (7, 8, 74), (6, 8, 73))
    expected = [{0, 1, 2, 3}, {4, 5}, {6, 7, 8}]
    for size in (1, 2, 3, 30):
        monkeypatch.setattr(queue, "PAGE", size)
        seen, cursor = [], ""
        while True:
            page = call("rep").get("/duplicates", cursor=cursor).json()
            seen += [{keys.index(UUID(r["id"])) for r in case["records"]} for case in page["items"]]
            assert page["items"] or not page["next_cursor"], "no page is empty while there are more"
            cursor = page["next_cursor"]
            if not cursor:
                break
        assert seen == expected, size


def test_a_case_shows_each_reader_his_own_pairs(world: World, call: Callable[[str], Caller]) -> None:
    """S-2: a chain over a record one may not merge falls apart for who may not."""
    keys = [
        make(world, "rep", "成链甲有限公司"),
        make(world, "rep3", "成链乙有限公司"),
        make(world, "rep", "成链丙有限公司"),
    ]
    pair_up(keys, (0, 1, 90), (1, 2, 80))
    assert [len(c["records"]) for c in call("director").get("/duplicates").json()["items"]] == [3]
    assert call("rep").get("/duplicates").json()["items"] == []
    pair_up(keys, (0, 2, 70))
    mine = call("rep").get("/duplicates").json()["items"]
    assert [{r["id"] for r in c["records"]} for c in mine] == [{str(keys[0]), str(keys[2])}]


def test_a_common_key_costs_no_more(world: World) -> None:
    """A switchboard number on many records neither floods the queue nor slows the check."""
    for n in range(45):
        make(world, "rep", f"互不相干{'甲乙丙丁戊己庚辛壬癸'[n % 10]}{n}号店", phone="400-800-1234")
    job = run_job(finder.start_finding(world.actor("director"), "customers").id)
    assert job.state == "done"
    assert DuplicatePair.objects.filter(reasons__contains=[{"rule": "phone"}]).count() == 0


def test_two_saving_the_same_at_once(committed_world: World, race_db: Callable[..., list[Outcome]]) -> None:
    """A blocking rule holds against a race: one is saved, the other is told."""
    rules.set_rule(committed_world.actor("admin"), "customers", "phone", {"action": "block"})
    outcomes = race_db(
        lambda: make(committed_world, "rep", "甲甲甲科技", phone="13655556666"),
        lambda: make(committed_world, "rep2", "乙乙乙贸易", phone="13655556666"),
    )
    assert sorted(o.error is None for o in outcomes) == [False, True]
    assert isinstance(next(o.error for o in outcomes if o.error), Duplicate)
