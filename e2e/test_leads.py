"""From a stranger's form to a deal won: the page without sign-in, the lead and its score, the conversion, the gates (SAL-1, SAL-2)."""

from __future__ import annotations

import re
from collections.abc import Callable

from e2e.person import Person
from playwright.sync_api import expect

from tests.serving import Served

Enter = Callable[..., Person]
COMPANY = "端到端精工设备有限公司"


def test_a_form_becomes_a_deal(enter: Enter, demo: Served) -> None:
    admin = enter(demo, "admin")
    (form,) = admin.reads("/web-forms")["items"]
    address = admin.reads(f"/web-forms/{form['id']}/design")["path"]
    rules = admin.reads("/lead-rules")
    me = enter(demo, "rep")
    rep_id = me.reads("/me")["id"]
    rule = {"name": "官网线索", "condition": None, "target_kind": "user", "target": rep_id}
    done = admin.asks("PUT", "/lead-rules", {"scoring": rules["scoring"], "assignment": [rule]})
    assert done.ok, done.text()

    stranger = enter(demo, None)
    page = stranger.page
    page.goto(f"{address}?utm_source=baidu")
    page.get_by_label("公司名称").fill(COMPANY)
    page.get_by_label("您的姓名").fill("钱程")
    page.get_by_label("联系电话").fill("13611112222")
    page.get_by_label("您的需求").fill("一条检测线")
    page.get_by_role("checkbox").check()
    page.wait_for_timeout(2200)  # nobody fills in a form faster
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("status")).to_contain_text("已收到")

    page = me.page
    me.goes_to("/leads?view=mine")
    page.get_by_role("link", name=COMPANY).first.click()
    expect(page.get_by_role("heading", name=re.compile("线索评分"))).to_be_visible()
    expect(page.get_by_text("按分配规则“官网线索”")).to_be_visible()
    me.presses("转化", exact=True)
    me.dialog.get_by_label("商机名称").fill("端到端检测线")
    me.presses("转化", me.dialog, exact=True)
    me.is_told(re.compile("转化"))
    lead = me.reads(f"/leads?q={COMPANY}")["items"][0]
    deal = me.reads(f"/leads/{lead['id']}")["opportunity"]

    found = admin.reads("/stages?limit=100&fields=code,pipeline")["items"]
    stages = {s["code"]: s["id"] for s in found if s["pipeline"]["label"] == "销售流程"}
    gate = {"required_fields": ["need"], "items": []}
    assert admin.asks("PUT", f"/stages/{stages['contact']}/gate", gate).ok
    gate = {"required_fields": [], "items": [{"label": "端到端确认需求"}]}
    assert admin.asks("PUT", f"/stages/{stages['explore']}/gate", gate).ok
    me.goes_to(f"/opportunities/{deal['id']}")
    with me.expecting(422):
        me.presses("接触", exact=True)
        expect(me.dialog).to_contain_text("端到端确认需求")
    me.dialog.get_by_label("端到端确认需求").check()
    me.presses("补全并继续", me.dialog)
    expect(page.get_by_role("button", name="接触", exact=True)).to_have_attribute("aria-current", "step")

    # What the page one came from says already is not where typing begins.
    page.get_by_role("tab", name=re.compile("^产品明细")).click()
    me.presses("新建产品明细")
    expect(me.dialog.get_by_label("商机", exact=True)).not_to_be_focused()
    expect(me.dialog.get_by_label("产品", exact=True)).to_be_focused()
