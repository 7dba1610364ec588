"""Issue B's journey: an administrator, from the browser alone, fits Kemai to his company, and nobody loses anything.

He adds "设备台数" and "下次检修日" with a roll-up over opportunities (orders do not exist yet), lays them out for two roles, imports a large
sheet with dirt and doubles in it, mends what was refused, merges a double, takes the whole import back and does it again; and the logs
tell the story (PLT-2, PLT-9, PLT-14, CUS-9, CUS-12).
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect
from tests.serving import Served

from e2e import sheets
from e2e.person import Person, Screen
from e2e.test_fields import add_field

Enter = Callable[..., Person]
SECRET, NEW_SECRET = "meadow-lantern-42", "harbour-copper-77"
#: Username → (name, role): the first is asked for the new fields, the second never sees them.
PEOPLE = {"gaoyuan": ("高远", "销售代表"), "heping": ("何平", "内勤")}
OWN = "明湖精密机械有限公司"
FILE = "设备客户.xlsx"
WORK_MS = 240_000
#: Issue B promises 20,000 (``make journey``); every run of the journeys goes the same way with fewer.
ROWS = int(os.environ.get("KEMAI_JOURNEY_ROWS", "2000"))


@pytest.fixture
def admin(enter: Enter, empty: Served) -> Person:
    return enter(empty, None)


def come(enter: Enter, empty: Served, username: str) -> Person:
    person = enter(empty, None, Screen(username, 1280, 800))
    if "login" in person.page.url or person.page.url == "about:blank":
        person.signs_in(username, NEW_SECRET)
    return person


def employ(admin: Person, department: str, username: str, name: str, role: str) -> None:
    """A person with a role; he has chosen his own password."""
    made = admin.asks("POST", "/users", {"name": name, "username": username, "department": department})
    assert made.ok, made.text()
    key = made.json()["id"]
    found = next(r for r in admin.reads("/roles?limit=100")["items"] if r["name"] == role)
    seen = admin.asks("GET", f"/users/{key}/roles").headers["etag"]
    assert admin.asks("PUT", f"/users/{key}/roles", {"roles": [found["id"]]}, {"If-Match": seen}).ok
    assert admin.asks("POST", f"/users/{key}/reset-password", {"password": SECRET}).ok


def test_a_company_begins(admin: Person, enter: Enter, empty: Served) -> None:
    page = admin.page
    page.goto("/")
    page.get_by_label("公司名称").fill("云栖设备服务")
    page.get_by_label("您的姓名").fill("周宁")
    page.get_by_label("账号").fill("zhouning")
    page.get_by_label("密码", exact=True).fill(SECRET)
    admin.presses("建立并进入")
    expect(page.get_by_role("heading", name=re.compile("周宁"))).to_be_visible()
    department = admin.reads("/departments?limit=10")["items"][0]["id"]
    for username, (name, role) in PEOPLE.items():
        employ(admin, department, username, name, role)
        person = enter(empty, None, Screen(username, 1280, 800))
        person.signs_in(username, SECRET)
        assert person.asks("POST", "/me/password", {"current": SECRET, "new": NEW_SECRET}).ok


def open_customers(admin: Person) -> None:
    admin.opens_menu("字段与布局")
    admin.page.get_by_role("main").get_by_role("button", name=re.compile("^客户( *自定义.*)?$")).click()


def test_two_fields_and_a_roll_up(admin: Person) -> None:
    open_customers(admin)
    add_field(admin, "设备台数", "数字")
    add_field(admin, "下次检修日", "日期")
    admin.presses("添加字段")
    panel = admin.dialog
    panel.get_by_label("名称", exact=True).fill("商机金额合计")
    panel.get_by_label("类型", exact=True).select_option(label="汇总")
    panel.get_by_label("汇总哪些记录").select_option(label="商机（客户）")
    panel.get_by_label("怎样汇总").select_option(label="求和")
    panel.get_by_label("汇总哪个字段").select_option(label="金额")
    expect(panel.get_by_text("结果类型：金额")).to_be_visible()
    admin.presses("保存", panel, exact=True)
    admin.is_told("“商机金额合计”已添加")


def in_part(page: Locator, label: str) -> Locator:
    return page.get_by_label(f"单独安排“{label}”")


def test_each_role_gets_its_own_layout(admin: Person) -> None:
    open_customers(admin)
    page = admin.page
    page.get_by_role("tab", name="布局").click()
    panel = page.get_by_role("tabpanel")
    page.get_by_label("为谁安排").select_option(label="销售代表")
    in_part(panel, "列表列").check()
    for label in ("设备台数", "下次检修日", "商机金额合计"):
        page.get_by_label("放入“列表列”").select_option(label=label)
    admin.presses("保存", exact=True)
    admin.is_told("布局已保存")
    page.get_by_label("为谁安排").select_option(label="内勤")
    for part in ("快速新建", "完整表单"):
        in_part(panel, part).check()
    for label in ("设备台数", "下次检修日"):
        for button in page.get_by_role("button", name=f"移出“{label}”").all():
            page.get_by_role("button", name=f"移出“{label}”").first.click()
            del button
    admin.presses("保存", exact=True)
    admin.is_told("布局已保存")
    own = page.get_by_label("为谁安排").get_by_role("option", name=re.compile("有自己的布局"))
    expect(own).to_have_count(2)


def test_one_is_asked_and_the_other_is_not(enter: Enter, empty: Served) -> None:
    """The representative fills the new fields in and sees them as columns; the clerk has neither, of the same customer."""
    seller = come(enter, empty, "gaoyuan")
    form = begin_customer(seller)
    form.get_by_label("客户名称").fill(OWN)
    form.get_by_label("设备台数").fill("12")
    form.get_by_label("下次检修日").fill("2027-03-15")
    seller.page.keyboard.press("Enter")
    seller.presses("保存", form, exact=True)
    seller.is_told(OWN)
    clerk = come(enter, empty, "heping")
    expect(begin_customer(clerk).get_by_label("设备台数")).to_have_count(0)
    clerk.page.keyboard.press("Escape")
    for person, shown in ((seller, 1), (clerk, 0)):
        person.goes_to("/customers?view=all")
        row = person.page.get_by_role("grid", name="客户").get_by_role("row").filter(has_text=OWN)
        expect(row).to_be_visible()
        for label in ("设备台数", "下次检修日", "商机金额合计"):
            expect(person.page.get_by_role("columnheader", name=label)).to_have_count(shown)
        expect(row.get_by_text("2027-03-15")).to_have_count(shown)


def begin_customer(person: Person) -> Locator:
    """The full form of a new customer."""
    person.goes_to("/customers?view=all")
    person.page.get_by_role("button", name="新建客户").first.click()
    form = person.dialog
    expect(form.get_by_label("客户名称")).to_be_visible()
    whole = form.get_by_role("button", name=re.compile("^更多字段"))
    if whole.count():
        whole.first.click()
    return form


# ---------------------------------------------------------------- in, mended, merged, back and in again


def upload(admin: Person, path: Path) -> None:
    admin.goes_to("/customers/import")
    admin.page.locator("input[type=file]").set_input_files(path)
    admin.page.get_by_label("只新建客户").click()
    expect(admin.page.get_by_label("只新建客户")).to_be_checked()
    for header, name in sheets.DEVICE_FIELDS.items():
        expect(admin.page.get_by_label(f"“{header}”对应的字段")).to_have_value(name)


def bring_in(admin: Person, good: int) -> float:
    """Check and import; the seconds from the click to the end."""
    page = admin.page
    admin.presses("检查数据")
    commit = page.get_by_role("button", name=re.compile(r"^导入 \d+ 条$"))
    expect(commit).to_have_text(f"导入 {good} 条", timeout=WORK_MS)
    began = time.monotonic()
    commit.click()
    expect(page.get_by_text("导入完成")).to_be_visible(timeout=WORK_MS)
    return time.monotonic() - began


def customers(admin: Person) -> int:
    """How many there are, exactly; a list's own total ends at 10,000."""
    answer = admin.asks("POST", "/customers/aggregate", {})
    assert answer.ok, answer.text()
    return int(answer.json()["groups"][0]["count"])


@pytest.fixture(scope="module")
def sheet(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, sheets.DeviceSheet]:
    made = sheets.device_rows(ROWS)
    return sheets.write_xlsx(tmp_path_factory.mktemp("sheet") / FILE, made.rows, sheets.DEVICE_HEADERS), made


def test_a_large_sheet_comes_in_but_for_its_dirt(admin: Person, sheet: tuple[Path, sheets.DeviceSheet]) -> None:
    path, made = sheet
    upload(admin, path)
    seconds = bring_in(admin, made.good)
    # The promise is for 20,000 rows on a machine that has nothing else to do; one that has is given twice that.
    assert seconds < 120, f"{made.good} rows took {seconds:.0f} s"
    assert customers(admin) == 1 + made.good
    one = admin.reads("/customers?limit=1&fields=custom.f_1,custom.f_2&q=" + made.first_name)["items"][0]
    assert (float(one["custom.f_1"]), one["custom.f_2"]) == made.first_values


def test_what_was_refused_is_mended_and_comes_in(
    admin: Person, sheet: tuple[Path, sheets.DeviceSheet], tmp_path: Path
) -> None:
    _, made = sheet
    page = admin.page
    with page.expect_download() as download:
        page.get_by_role("link", name="下载错误数据（Excel）").click()
    wrong = sheets.read_xlsx(Path(download.value.path()).read_bytes())
    assert len(wrong) - 1 == made.dirty + made.exact, "every refused row, and no other"
    mended = sheets.mend_devices(wrong[1:])
    assert len(mended) == made.dirty, "exact doubles are not mended but left out"
    upload(
        admin,
        sheets.write_xlsx(tmp_path / "改好的客户.xlsx", mended, sheets.DEVICE_HEADERS),
    )
    bring_in(admin, made.dirty)
    assert customers(admin) == 1 + made.good + made.dirty


def test_a_double_is_found_and_merged(admin: Person, sheet: tuple[Path, sheets.DeviceSheet]) -> None:
    _, made = sheet
    page = admin.page
    for _ in range(120):  # records are compared behind the import, as they come
        kinds = admin.reads("/duplicates?object=customers")["kinds"]
        if next(k["open"] for k in kinds if k["object"] == "customers") >= made.alike:
            break
        time.sleep(0.5)
    admin.goes_to("/duplicates")
    first = page.get_by_role("main").get_by_role("listitem").first
    expect(first).to_contain_text("电话相同")
    expect(first).to_contain_text("公司名称相似")
    first.get_by_role("link", name=re.compile("^比较")).click()
    admin.presses("合并", exact=True)
    admin.is_told("已合并到")
    assert customers(admin) == made.good + made.dirty


def take_back(admin: Person, file: str) -> tuple[int, int]:
    """The whole import, from its line in the history: how many went back, and how many stay."""
    admin.goes_to("/customers/import")
    admin.presses(file, admin.page.get_by_role("region", name="导入记录"))
    admin.presses("撤销整次导入")
    admin.presses("确定撤销？")
    counts = admin.dialog.get_by_text(re.compile(r"成功 [\d,]+")).locator("..")
    expect(counts).to_be_visible(timeout=WORK_MS)
    done, kept = (int(n.replace(",", "")) for n in re.findall(r"[\d,]+", counts.inner_text())[:2])
    admin.presses("关闭", admin.dialog.locator(".ant-modal-footer"))
    return done, kept


def test_the_whole_import_goes_back_and_comes_in_again(admin: Person, sheet: tuple[Path, sheets.DeviceSheet]) -> None:
    path, made = sheet
    done, kept = take_back(admin, FILE)
    # The record that took up its double was worked on since: it stays, and is named. The double itself was put away already.
    assert (done, kept) == (made.good - 1, 1)
    left = customers(admin)
    assert left == 1 + made.dirty + 1
    upload(admin, path)
    bring_in(admin, made.good - 1)
    assert customers(admin) == left + made.good - 1


def test_the_logs_tell_the_story(admin: Person, sheet: tuple[Path, sheets.DeviceSheet]) -> None:
    _, made = sheet
    page = admin.page
    admin.goes_to("/operations")
    lines = page.get_by_role("main").get_by_role("listitem")
    expect(lines.first).to_contain_text(f"导入：{FILE}")
    expect(lines.filter(has_text="合并").first).to_be_visible()
    expect(lines.filter(has_text="部分撤销").first).to_contain_text(FILE)
    admin.goes_to("/admin/audit")
    table = page.get_by_role("table")
    for told in (
        r"新建字段.*设备台数",
        r"新建字段.*下次检修日",
        r"修改布局.*销售代表",
        r"修改布局.*内勤",
        rf"检查导入文件.*{FILE}.*将新建 {made.good}",
        rf"导入.*{FILE} · 第 2–",
        r"导入.*改好的客户",
        r"合并.*有限公司",
        rf"撤销.*{FILE}",
    ):
        row = table.get_by_role("row").filter(has_text=re.compile(told, re.S))
        for _ in range(10):  # newest first: what began the day may stand some pages down
            if row.count():
                break
            admin.presses("再取一些")
            page.wait_for_timeout(300)
        expect(row.first).to_be_visible()
