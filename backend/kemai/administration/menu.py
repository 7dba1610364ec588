"""The main menu after the five modules (PLT-19), cut to a person's rights."""

from __future__ import annotations

from typing import Any

from kemai.accounts.access import Actor
from kemai.kit.words import T
from kemai.platform.objects.declare import all_objects

#: (key, words, path, permission or object)
SALES = (
    ("customers", "/customers"),
    ("contacts", "/contacts"),
    ("leads", "/leads"),
    ("opportunities", "/opportunities"),
    ("interactions", "/interactions"),
    ("tasks", "/tasks"),
    ("needs", "/needs"),
    ("promises", "/promises"),
    ("planned-contacts", "/planned-contacts"),
    ("enrollments", "/enrollments"),
    ("products", "/products"),
    ("competitors", "/competitors"),
    ("transfer-requests", "/transfer-requests"),
)
#: Pages about records that are no list of them.
TENDING: tuple[tuple[str, T, str, str], ...] = (
    ("pool", T("公海", "Public pool"), "/pool", "customers.customer.claim"),
    ("duplicates", T("疑似重复", "Possible duplicates"), "/duplicates", "customers.customer.merge"),
    ("care", T("本周关怀", "Greetings"), "/care", "customers.contact.view"),
    ("account-year", T("重点客户日历", "Key accounts"), "/account-year", "activities.plan.view"),
    ("measures", T("兑现与序列", "Kept promises"), "/measures", "activities.promise.view"),
    ("quality", T("资料质量", "Quality of files"), "/quality", "customers.customer.edit"),
)
ADMIN: tuple[tuple[str, T, str, str], ...] = (
    ("guide", T("上线指引", "Going live"), "/admin/guide", "administration.parameter.edit"),
    ("users", T("人员", "People"), "/admin/users", "administration.user.edit"),
    ("departments", T("部门", "Departments"), "/admin/departments", "administration.department.edit"),
    ("roles", T("角色与权限", "Roles and rights"), "/admin/roles", "administration.role.view"),
    ("teams", T("团队", "Teams"), "/admin/teams", "administration.team.edit"),
    ("pools", T("公海", "Pools"), "/admin/pools", "customers.pool.edit"),
    ("cadences", T("联系频率", "Cadences"), "/admin/cadences", "activities.cadence.edit"),
    ("sequences", T("跟进序列", "Sequences"), "/admin/sequences", "activities.sequence.edit"),
    ("greetings", T("问候模板", "Greetings"), "/admin/greetings", "activities.greeting.edit"),
    ("recycling", T("回收规则", "Recycling"), "/admin/recycling", "customers.recycling.manage"),
    ("pipelines", T("销售流程", "Pipelines"), "/admin/pipelines", "sales.pipeline.edit"),
    ("lead-rules", T("线索规则", "Lead rules"), "/admin/lead-rules", "sales.leadrules.manage"),
    ("web-forms", T("网页表单", "Web forms"), "/admin/web-forms", "sales.webform.edit"),
    ("fields", T("字段与布局", "Fields and layouts"), "/admin/fields", "platform.field.manage"),
    ("default-views", T("默认视图", "Default views"), "/admin/views", "administration.role.edit"),
    ("dictionaries", T("字典", "Dictionaries"), "/admin/dictionaries", "administration.dictionary.edit"),
    ("parameters", T("参数", "Parameters"), "/admin/parameters", "administration.parameter.edit"),
    ("duplicate-rules", T("查重规则", "Duplicate rules"), "/admin/duplicates", "platform.duplicates.manage"),
    ("explain", T("权限查询", "Rights explained"), "/admin/explain", "administration.explain.view"),
    ("reveals", T("明文查看记录", "Values shown"), "/admin/reveals", "administration.audit.view"),
    ("tokens", T("接口令牌", "API tokens"), "/admin/tokens", "administration.token.revoke"),
    ("webhooks", T("Webhook 推送", "Webhooks"), "/admin/webhooks", "integrations.webhook.edit"),
    ("exports", T("导出日志", "Exports"), "/admin/exports", "platform.export.audit"),
    ("audit", T("审计日志", "Audit log"), "/admin/audit", "administration.audit.view"),
)


def menu_for(actor: Actor) -> list[dict[str, Any]]:
    """Home, the modules, administration: only what leads somewhere for this person."""
    menu: list[dict[str, Any]] = [{"key": "home", "label": T("工作台", "Home").to(), "icon": "home", "path": "/"}]
    if actor.has("analytics.manager.view"):
        menu.append({"key": "manager", "label": T("经理看板", "Manager").to(), "icon": "manager", "path": "/manager"})
    if actor.has("customers.customer.view"):
        menu += [
            {"key": "worklist", "label": T("今天联系谁", "To contact").to(), "icon": "worklist", "path": "/worklist"},
            {"key": "calendar", "label": T("日历", "Calendar").to(), "icon": "calendar", "path": "/calendar"},
        ]
    if actor.has("activities.report.view"):
        menu.append(
            {"key": "reports", "label": T("晨会与报告", "Reports").to(), "icon": "reports", "path": "/day-reports"}
        )
    objects = {o.name: o for o in all_objects()}
    sales: list[dict[str, Any]] = [
        {"key": name, "label": objects[name].plural.to(), "icon": name, "path": path, "object": name}
        for name, path in SALES
        if name in objects and actor.has(objects[name].perm("view"))
    ]
    sales += [
        {"key": key, "label": label.to(), "icon": key, "path": path, "object": None}
        for key, label, path, code in TENDING
        if actor.has(code)
    ]
    if sales:
        words = T("名单", "Segments").to()
        sales.append({"key": "segments", "label": words, "icon": "segments", "path": "/segments", "object": ""})
        menu.append(
            {"key": "sales", "label": T("销售", "Sales").to(), "icon": "sales", "path": None, "children": sales}
        )
    admin = [
        {"key": key, "label": label.to(), "icon": key, "path": path, "object": key if key in objects else None}
        for key, label, path, code in ADMIN
        if actor.has(code)
    ]
    if admin:
        menu.append(
            {
                "key": "admin",
                "label": T("系统管理", "Administration").to(),
                "icon": "admin",
                "path": None,
                "children": admin,
            }
        )
    return menu
