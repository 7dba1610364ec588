"""The main menu: the day, the modules (PLT-19) grouped by what a person does, administration; cut to a person's rights.

A new page or kind of record is one line in one of the groups below. The browser draws what comes out, and the palette finds
every entry by its name in both languages, by pinyin and by initials.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from kemai.accounts.access import Actor
from kemai.base import parameters
from kemai.base.parameters import Parameter
from kemai.kit.errors import Invalid
from kemai.kit.text.fold import fold
from kemai.kit.text.pinyin import syllables
from kemai.kit.words import T
from kemai.platform.objects.declare import all_objects


@dataclass(frozen=True, slots=True)
class Entry:
    """One line. Without ``label`` it is the kind of record of that name, which brings its words and its right to view.

    ``right``: the permission that opens it (empty: nothing but being signed in). ``rare``: stands under "more".
    ``also``: further words by which the palette finds it.
    """

    key: str
    label: T | None = None
    right: str = ""
    path: str = ""
    rare: bool = False
    also: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """What belongs to one kind of work; without ``label`` its entries stand in the module itself."""

    key: str
    label: T | None
    entries: tuple[Entry, ...]
    folded: bool = False


@dataclass(frozen=True, slots=True)
class Module:
    """A part of the product under a heading; ``shown`` is the parameter that takes it out of everybody's menu."""

    key: str
    label: T
    groups: tuple[Group, ...]
    folded: bool = False
    shown: Parameter | None = None


def _switch(key: str, label: T) -> Parameter:
    return parameters.declare(
        Parameter(
            f"menu.{key}",
            "bool",
            True,
            T(f"菜单中显示：{label.zh}", f"In the menu: {label.en}"),
            T("菜单", "Menu"),
            T(
                "关闭后所有人的菜单都不再有这一模块；权限和数据不变，地址仍可打开。",
                "When off, nobody's menu has this module; rights and data stay, addresses still open.",
            ),
        )
    )


DAY = (
    Entry("home", T("工作台", "Home"), path="/", also="首页 workbench"),
    Entry("analysis", T("销售分析", "Analysis"), "analytics.analysis.view", also="dashboard 统计 看板"),
    Entry("worklist", T("今天联系谁", "To contact"), "customers.customer.view", also="call list"),
    Entry("calendar", T("日历", "Calendar"), "customers.customer.view", also="日程"),
    Entry(
        "reports",
        T("晨会与报告", "Reports"),
        "activities.report.view",
        "/day-reports",
        also="日报 周报 月报 ribao zhoubao yuebao morning meeting",
    ),
)
SALES = (
    Group(
        "customers",
        T("客户", "Customers"),
        (
            Entry("customers", also="公司 company account"),
            Entry("pool", T("公海", "Public pool"), "customers.customer.claim", also="领取 lingqu claim"),
            Entry("contacts"),
            Entry("segments", T("名单", "Segments"), "customers.customer.view", also="分群 audience"),
            Entry("needs", rare=True),
            Entry("account-year", T("重点客户日历", "Key accounts"), "activities.plan.view", rare=True),
        ),
    ),
    Group(
        "deals",
        T("商机", "Deals"),
        (
            Entry("leads"),
            Entry("opportunities", also="deals 项目"),
            Entry("products", rare=True, also="价格 price"),
            Entry("competitors", rare=True, also="对手"),
            Entry("transfer-requests", rare=True, also="转让 交接"),
        ),
    ),
    Group(
        "follow-up",
        T("跟进", "Follow-up"),
        (
            Entry("interactions", also="电话 拜访 call visit"),
            Entry("tasks", also="待办 todo"),
            Entry("care", T("本周关怀", "Greetings"), "customers.contact.view", also="生日 shengri birthday"),
            Entry("promises", rare=True),
            Entry("planned-contacts", rare=True),
            Entry("enrollments", rare=True),
            Entry("measures", T("兑现与序列", "Kept promises"), "activities.promise.view", rare=True),
        ),
    ),
    Group(
        "tidying",
        T("数据整理", "Tidying up"),
        (
            Entry(
                "duplicates", T("疑似重复", "Possible duplicates"), "customers.customer.merge", also="查重 合并 merge"
            ),
            Entry("quality", T("资料质量", "Quality of files"), "customers.customer.edit", also="完整度 completeness"),
        ),
        folded=True,
    ),
)


def _settings(key: str, label: T, right: str, path: str = "", also: str = "") -> Entry:
    return Entry(key, label, right, path or f"/admin/{key}", also=also)


ADMIN = (
    Group(
        "start",
        None,
        (_settings("guide", T("上线指引", "Going live"), "administration.parameter.edit", also="set-up 开始"),),
    ),
    Group(
        "people",
        T("组织与权限", "People and rights"),
        (
            _settings("users", T("人员", "People"), "administration.user.edit", also="用户 账号 yonghu users"),
            _settings("departments", T("部门", "Departments"), "administration.department.edit"),
            _settings("teams", T("团队", "Teams"), "administration.team.edit"),
            _settings("roles", T("角色与权限", "Roles and rights"), "administration.role.view"),
            _settings("explain", T("权限查询", "Rights explained"), "administration.explain.view", also="why"),
        ),
    ),
    Group(
        "sales-rules",
        T("客户与销售", "Customers and sales"),
        (
            _settings("pools", T("公海", "Pools"), "customers.pool.edit"),
            _settings("recycling", T("回收规则", "Recycling"), "customers.recycling.manage"),
            _settings(
                "exchange-rates",
                T("汇率", "Exchange rates"),
                "administration.exchange_rate.edit",
                also="外币 币种 美元 currency dollar",
            ),
            _settings("pipelines", T("销售流程", "Pipelines"), "sales.pipeline.edit", also="阶段 stage"),
            _settings("lead-rules", T("线索规则", "Lead rules"), "sales.leadrules.manage", also="评分 分配 score"),
            _settings("web-forms", T("网页表单", "Web forms"), "sales.webform.edit"),
        ),
    ),
    Group(
        "follow-up-rules",
        T("跟进规则", "Follow-up rules"),
        (
            _settings("cadences", T("联系频率", "Cadences"), "activities.cadence.edit"),
            _settings("sequences", T("跟进序列", "Sequences"), "activities.sequence.edit"),
            _settings("greetings", T("问候模板", "Greetings"), "activities.greeting.edit"),
        ),
    ),
    Group(
        "shape",
        T("字段与界面", "Fields and screens"),
        (
            _settings("fields", T("字段与布局", "Fields and layouts"), "platform.field.manage", also="自定义 custom"),
            _settings("default-views", T("默认视图", "Default views"), "administration.role.edit", "/admin/views"),
            _settings("home-pages", T("默认工作台", "Home pages"), "administration.role.edit", also="首页 home"),
            _settings("dictionaries", T("字典", "Dictionaries"), "administration.dictionary.edit", also="选项 choices"),
            _settings("parameters", T("参数", "Parameters"), "administration.parameter.edit", also="设置 settings"),
            _settings(
                "duplicate-rules", T("查重规则", "Duplicate rules"), "platform.duplicates.manage", "/admin/duplicates"
            ),
        ),
    ),
    Group(
        "trust",
        T("接口与日志", "Interfaces and logs"),
        (
            _settings(
                "separation",
                T("三员分立", "Separation of duties"),
                "administration.separation.view",
                also="三权分立 sanyuanfenli 等保",
            ),
            _settings(
                "safety",
                T("数据安全状态", "State of safety"),
                "administration.safety.view",
                also="备份 恢复 演练 存档 备库 磁盘 backup restore drill archive standby disk",
            ),
            _settings("tokens", T("接口令牌", "API tokens"), "administration.token.revoke"),
            _settings("webhooks", T("Webhook 推送", "Webhooks"), "integrations.webhook.edit"),
            _settings("mail", T("邮件发送", "E-mail"), "integrations.mail.edit"),
            _settings(
                "personal-data",
                T("个人信息清单", "Personal data"),
                "privacy.inventory.view",
                also="隐私 privacy inventory",
            ),
            _settings(
                "parked-jobs",
                T("失败的后台任务", "Failed background work"),
                "administration.parked_job.manage",
                also="队列 重试 queue retry",
            ),
            Entry("subject-requests", also="查阅 复制 更正 删除 request copy erase"),
            _settings("exposed", T("信息接触记录", "Who had data"), "privacy.exposed.view", also="泄露 breach leak"),
            _settings("exports", T("导出日志", "Exports"), "platform.export.audit"),
            _settings("reveals", T("明文查看记录", "Values shown"), "administration.audit.view"),
            _settings("audit", T("审计日志", "Audit log"), "administration.audit.view"),
        ),
    ),
)
#: One's own pages, behind the picture of the person.
MINE = (
    Entry("me", T("我的账号", "My account"), also="密码 语言 password language token"),
    Entry("jobs", T("后台任务", "Background jobs"), also="进度 progress"),
    Entry("operations", T("操作记录", "My operations"), also="撤销 undo"),
    Entry("my-exports", T("导出记录", "My exports"), path="/exports"),
    Entry("bin", T("回收站", "Recycle bin"), also="已删除 恢复 restore deleted"),
)
SALES_WORDS = T("销售", "Sales")
#: In the order of the menu. Of the five modules of PLT-19 those that have something.
MODULES = (
    Module("sales", SALES_WORDS, SALES, shown=_switch("sales", SALES_WORDS)),
    Module("admin", T("系统管理", "Administration"), ADMIN, folded=True),
)
FAVOURITES = 12
ALL_SETTINGS = Entry("admin-index", T("全部设置", "All settings"), path="/admin", also="系统管理 xitongguanli")


@cache
def _found_by(label: T, also: str) -> dict[str, str]:
    """``pinyin``: the syllables of the Chinese name; ``also``: both names and the further words, for the palette."""
    usual, _ = syllables(fold(label.zh))
    return {"pinyin": " ".join(usual), "also": f"{label.zh} {label.en} {also}".lower().strip()}


class _Drawn:
    """The menu of one person."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self.objects = {o.name: o for o in all_objects()}

    def entries(self, entries: tuple[Entry, ...]) -> Iterator[dict[str, Any]]:
        for entry in entries:
            kind = self.objects[entry.key] if entry.label is None else None
            right = kind.perm("view") if kind else entry.right
            if right and not self.actor.has(right):
                continue
            label = entry.label or self.objects[entry.key].plural
            path = entry.path or f"/{entry.key}"
            yield {
                "key": entry.key,
                "label": label.to(),
                "icon": entry.key,
                "path": path,
                # Behind a page of settings stands a kind of record, too.
                "object": entry.key if kind or (path.startswith("/admin/") and entry.key in self.objects) else None,
                "rare": entry.rare,
                **_found_by(label, entry.also),
            }

    def groups(self, module: Module) -> Iterator[dict[str, Any]]:
        for group in module.groups:
            entries = list(self.entries(group.entries))
            if group.label is None:
                yield from entries
            elif entries:
                key = f"{module.key}.{group.key}"
                yield {"key": key, "label": group.label.to(), "folded": group.folded, "children": entries}


def menu_for(actor: Actor) -> list[dict[str, Any]]:
    """The day, the modules, administration, one's own pages: only what leads somewhere for this person."""
    drawn = _Drawn(actor)
    menu = list(drawn.entries(DAY))
    for module in MODULES:
        children = list(drawn.groups(module)) if module.shown is None or module.shown.value() else []
        if children and module.key == "admin":
            children = [*drawn.entries((ALL_SETTINGS,)), *children]
        if children:
            menu.append(
                {
                    "key": module.key,
                    "label": module.label.to(),
                    "icon": module.key,
                    "folded": module.folded,
                    "children": children,
                }
            )
    return [*menu, {"key": "mine", "label": T("我的", "Mine").to(), "children": list(drawn.entries(MINE))}]


def check_favourites(keys: list[str]) -> None:
    """Entries somebody pins to the top: known ones, each once, few enough to be found at a glance."""
    entries = (*DAY, ALL_SETTINGS, *MINE, *(e for m in MODULES for g in m.groups for e in g.entries))
    if len(keys) > FAVOURITES or len(set(keys)) < len(keys) or set(keys) - {entry.key for entry in entries}:
        raise Invalid.one(
            "favourites",
            "invalid",
            T("最多收藏 {most} 个菜单项，每个一次。", "At most {most} entries of the menu, each once."),
            most=FAVOURITES,
        )
