"""The ready roles (ORG-1), installed once; afterwards they are the administrator's to change."""

from __future__ import annotations

from kemai.accounts.access import SystemActor
from kemai.accounts.models import Role, RoleGrant
from kemai.accounts.rules.duties import AUDIT, DUTIES, NOBODY, SECURITY, SHARED, SYSTEM, owners_of
from kemai.administration.services.organisation import EXTRA_PERMISSIONS
from kemai.administration.services.separation import DOES
from kemai.base.audit import act
from kemai.base.models import ParameterValue
from kemai.kit.text.search import pinyin_sort_key
from kemai.platform.objects.declare import all_objects, permissions_of

INSTALLER = SystemActor("set-up")

FILES = ("customers.customer", "customers.contact", "customers.relation")
ACTIVITIES = ("activities.interaction", "activities.task")
#: What a seller keeps of his days with customers.
DAYS = ("activities.promise", "activities.plan", "activities.enrollment", "customers.need", "privacy.consent")
SALES = (*FILES, *ACTIVITIES, "sales.opportunity", "sales.lead", *DAYS)
TRANSFERS = ("sales.transfer",)
LOOK_UP = (
    "administration.department",
    "administration.user",
    "administration.team",
    "customers.pool",
    "sales.pipeline",
    "activities.cadence",
    "activities.greeting",
    "activities.sequence",
    "sales.product",
    "sales.competitor",
    "sales.webform",
    "administration.exchange_rate",
)
#: What people write of their own days: read by those they report to, not by everybody who works with their customers.
REPORTS = ("activities.report",)
#: The page of figures; whose figures, the rights to the records say. Who leads others has them on the home page too.
ANALYSIS = ("analytics.analysis",)
LEADS = (*ANALYSIS, "analytics.manager")
WRITE_UP = ("view", "create", "edit", "delete", "export")
WORK = ("view", "create", "edit", "delete", "share", "import", "export")

#: role → (Chinese, English, duties, {permission prefix: {verbs: scope}})
Rules = dict[tuple[str, ...], dict[tuple[str, ...], str]]
_OWN: Rules = {
    SALES: {WORK: "own"},
    ("customers.customer",): {("claim", "release", "merge"): "own"},
    ("customers.contact",): {("merge",): "own"},
    REPORTS: {WRITE_UP: "own"},
    ANALYSIS: {("view",): "own"},
    ("sales.lead",): {("claim", "release", "convert"): "own"},
    TRANSFERS: {("view",): "own"},
}


def _manager(scope: str) -> Rules:
    return {
        SALES: {WORK: scope},
        ("customers.customer",): {("claim", "release", "assign", "reveal_pool", "protect", "merge"): scope},
        ("customers.contact",): {("merge",): scope},
        ("sales.opportunity",): {("assign",): scope},
        ("sales.lead",): {("claim", "release", "assign", "convert", "reveal_pool", "reveal", "protect"): scope},
        TRANSFERS: {("view", "decide"): scope},
        LEADS: {("view",): scope},
        ("customers.customer", "customers.contact"): {("reveal",): scope},
        ("platform.view",): {("share",): scope},
        ("platform.operation",): {("view", "undo"): scope},
        ("platform.export",): {("approve",): scope},
        REPORTS: {(*WRITE_UP, "comment"): scope},
    }


READY: dict[str, tuple[str, str, str, Rules]] = {
    "management": (
        "管理层",
        "Management",
        "看全公司的经营情况，决定重大事项。",
        {
            SALES: {("view", "export"): "all"},
            REPORTS: {("view", "export", "comment"): "all"},
            LEADS: {("view",): "all"},
        },
    ),
    "sales_director": (
        "销售总监",
        "Sales director",
        "制定销售目标，分配资源，检查客户工作。",
        {
            **_manager("all"),
            ("privacy.request",): {("view", "approve"): "all"},
            ("sales.product", "sales.competitor"): {("create", "edit", "import", "export"): "all"},
        },
    ),
    "sales_manager": (
        "销售经理",
        "Sales manager",
        "带领本部门完成目标，分配客户和商机，辅导下属。",
        _manager("department_below"),
    ),
    "sales_rep": ("销售代表", "Sales representative", "开发和维护自己的客户，记录每次跟进，推进商机。", _OWN),
    "inside_sales": (
        "内勤",
        "Inside sales",
        "录入和整理客户资料，导入导出，协助销售。",
        {
            SALES: {("view", "create", "edit", "import", "export"): "department_below"},
            ANALYSIS: {("view",): "department_below"},
            REPORTS: {WRITE_UP: "own"},
            ("customers.customer",): {("assign", "merge"): "department_below"},
            ("customers.contact",): {("merge",): "department_below"},
            ("sales.lead",): {("assign", "convert"): "department_below"},
        },
    ),
    "secretary": (
        "行政秘书",
        "Secretary",
        "接待来访，登记老客户介绍。",
        {SALES: {("view", "create"): "department_below"}},
    ),
    "marketing_head": (
        "营销部部长",
        "Head of marketing",
        "制定市场计划，审核客户管理报告。",
        {SALES: {("view", "export"): "all"}, LEADS: {("view",): "all"}},
    ),
    "marketing_supervisor": (
        "营销主管",
        "Marketing supervisor",
        "组织市场活动，协助制定客户计划。",
        {SALES: {("view", "export"): "all"}, ANALYSIS: {("view",): "all"}},
    ),
    "relations_supervisor": (
        "客户关系主管",
        "Customer relations supervisor",
        "客户分级与关系维护方案。",
        {
            SALES: {("view", "edit", "export"): "all"},
            ("privacy.consent",): {("create",): "all"},
            ("privacy.request",): {("view", "create", "edit", "copy"): "all"},
        },
    ),
    "relations_officer": (
        "客户关系专员",
        "Customer relations officer",
        "客户档案与关怀。",
        {SALES: {("view", "create", "edit"): "department_below"}},
    ),
    "service_supervisor": (
        "客服主管",
        "Service supervisor",
        "投诉处理与满意度。",
        {(*FILES, *ACTIVITIES): {("view", "create", "edit"): "all"}},
    ),
    "service_agent": (
        "客服人员",
        "Service agent",
        "受理咨询、投诉和报修。",
        {FILES: {("view",): "all"}, ACTIVITIES: {("view", "create", "edit"): "own"}},
    ),
    "complaint_handler": (
        "投诉处理人员",
        "Complaint handler",
        "核实并解决投诉。",
        {FILES: {("view",): "all"}, ACTIVITIES: {("view", "create", "edit"): "own"}},
    ),
    "engineering": (
        "工程项目部",
        "Engineering",
        "回答客户的技术问题。",
        {FILES: {("view",): "department_below"}, ACTIVITIES: {("view", "create", "edit"): "own"}},
    ),
    "finance": (
        "财务",
        "Finance",
        "开票、收款、对账，维护汇率。",
        {
            SALES: {("view", "export"): "all"},
            ("administration.exchange_rate",): {("create", "edit", "delete", "import", "export"): "all"},
        },
    ),
    "auditor": (
        "审计员",
        "Auditor",
        "查看审计日志。",
        {
            ("administration.audit", "privacy.inventory", "privacy.exposed"): {("view",): "all"},
            ("platform.export",): {("audit",): "all"},
        },
    ),
    "administrator": ("系统管理员", "Administrator", "组织、人员、角色、参数。", {}),
    SYSTEM: ("系统管理员（三员）", "System administrator", DOES[SYSTEM].zh, {}),
    SECURITY: ("安全管理员（三员）", "Security administrator", DOES[SECURITY].zh, {}),
    AUDIT: ("审计管理员（三员）", "Audit administrator", DOES[AUDIT].zh, {}),
}


#: Permissions this installation has met; what a new version adds is granted once, and afterwards left to the administrator.
_MET = "system.permissions_met"


def install_roles() -> int:
    """Make the ready roles that do not exist yet, and give those that do what permissions a new version brought.

    A permission the administrator took from a role is not given back: only ones never met before are granted. Returns how many roles
    were made.
    """
    known = [code for declaration in all_objects() for code, _ in permissions_of(declaration)]
    known += [code for code, _ in EXTRA_PERMISSIONS]
    met = ParameterValue.objects.filter(code=_MET).values_list("value", flat=True).first()
    new = [code for code in known if code not in met] if met is not None else []
    roles = {role.code: role for role in Role.objects.exclude(code="")}
    made = 0
    for code, (name, name_en, duties, rules) in READY.items():
        role, wanted = roles.get(code), new
        if role is None:
            with act(INSTALLER, "create", object="roles"):
                role = Role.objects.create(
                    code=code, name=name, name_en=name_en, name_sort=pinyin_sort_key(name), duties=duties
                )
            made, wanted = made + 1, known
        _grant(role, _grants_of(code, rules, wanted))
    if met is None or new:
        ParameterValue.objects.update_or_create(code=_MET, defaults={"value": sorted(known)})
    return made


def _grant(role: Role, grants: dict[str, str]) -> None:
    if grants:
        with act(INSTALLER, "grants", object="roles", record_id=role.id):
            RoleGrant.objects.bulk_create(
                (RoleGrant(role=role, permission=p, scope=s) for p, s in grants.items()), ignore_conflicts=True
            )


def _grants_of(code: str, rules: Rules, known: list[str]) -> dict[str, str]:
    """What a ready role gets of these permissions: the administrator all, the three what their duty is, others by their rules."""
    if code == "administrator":
        return dict.fromkeys(known, "all")
    if code in DUTIES:
        return {one: "all" for one in known if one in SHARED or code in (owners_of(one) or NOBODY)}
    return _grants(rules, known)


def _grants(rules: Rules, known: list[str]) -> dict[str, str]:
    grants = {f"{prefix}.view": "all" for prefix in LOOK_UP}
    for prefixes, verbs in rules.items():
        for prefix in prefixes:
            for names, scope in verbs.items():
                grants.update({f"{prefix}.{verb}": scope for verb in names})
    return {code: scope for code, scope in grants.items() if code in known}
