"""Declarations of the organisation: departments, people, roles, teams."""

from __future__ import annotations

from typing import Any

from kemai.accounts.access import Actor, Ownership
from kemai.accounts.models import Department, Role, Team, User
from kemai.administration.services import currencies, factors, organisation, people
from kemai.base.models import ExchangeRate
from kemai.kit.money import CURRENCIES
from kemai.kit.words import T
from kemai.platform.objects.declare import Choice, Command, Field, Moving, ObjectType, Panel, SearchLine, View, register
from kemai.platform.objects.types import (
    BOOL,
    CHOICE,
    DATE,
    DEPARTMENT,
    EMAIL,
    INTEGER,
    LONG_TEXT,
    NUMBER,
    PHONE,
    TEXT,
    USER,
)

EVERYBODY = Ownership(public=True)
KINDS = (
    Choice("company", T("公司", "Company"), "gold"),
    Choice("subsidiary", T("子公司", "Subsidiary"), "blue"),
    Choice("department", T("部门", "Department")),
)


def _active(actor: Actor, row: dict[str, Any]) -> T | None:
    return None if row["is_active"] else T("已经停用。", "Disabled already.")


def _inactive(actor: Actor, row: dict[str, Any]) -> T | None:
    return T("正在使用中。", "Not disabled.") if row["is_active"] else None


register(
    ObjectType(
        name="departments",
        model=Department,
        label=T("部门", "Department"),
        label_plural=T("部门", "Departments"),
        description=T("公司、子公司和部门组成的组织树。", "The tree of company, subsidiaries and departments."),
        permission="administration.department",
        ownership=EVERYBODY,
        title="name",
        fields=(
            Field(
                "name",
                TEXT,
                T("名称", "Name"),
                required=True,
                quick=True,
                inline=True,
                sort="name_sort",
                sortable=True,
                indexed=True,
                max_length=100,
                key=True,
                aliases=("部门", "部门名称"),
            ),
            Field("kind", CHOICE, T("类型", "Kind"), choices=KINDS, default="department", quick=True),
            Field("parent", DEPARTMENT, T("上级", "Parent"), target="departments", quick=True, aliases=("上级部门",)),
            Field("head", USER, T("负责人", "Head"), target="users", quick=True, aliases=("部门负责人",)),
            Field("position", INTEGER, T("顺序", "Position"), default=0, sortable=True, indexed=True, inline=True),
        ),
        columns=("name", "kind", "parent", "head", "position"),
        default_sort="position",
        search=SearchLine(texts=("name",), global_search=False),
        panels=(
            Panel("people", T("人员", "People"), "users", "department", ("name", "job_title", "phone", "is_active")),
            Panel("below", T("下级部门", "Below"), "departments", "parent", ("name", "kind", "head")),
        ),
        prepare=organisation.prepare_departments,
        in_use=(("accounts_user", "department_id"), ("accounts_department", "parent_id")),
        menu=False,
        unique=(
            ("department_name_once", "name", T("同级已有同名部门。", "There is a department of this name beside it.")),
        ),
    )
)

register(
    ObjectType(
        name="users",
        model=User,
        label=T("人员", "Person"),
        label_plural=T("人员", "People"),
        description=T("能登录系统的人。", "People who can sign in."),
        permission="administration.user",
        ownership=EVERYBODY,
        title="name",
        subtitle=("job_title", "department"),
        fields=(
            Field(
                "name",
                TEXT,
                T("姓名", "Name"),
                required=True,
                quick=True,
                inline=True,
                sort="name_sort",
                sortable=True,
                indexed=True,
                max_length=60,
                key=True,
            ),
            Field(
                "username",
                TEXT,
                T("登录名", "User name"),
                required=True,
                quick=True,
                max_length=60,
                key=True,
                help=T("字母、数字、点、横线", "Letters, digits, dots, dashes"),
                aliases=("用户名", "账号"),
            ),
            Field(
                "department",
                DEPARTMENT,
                T("部门", "Department"),
                target="departments",
                quick=True,
                indexed=True,
                aliases=("所属部门",),
            ),
            Field(
                "job_title",
                TEXT,
                T("职务", "Job title"),
                quick=True,
                inline=True,
                max_length=60,
                aliases=("岗位", "职位"),
            ),
            Field("manager", USER, T("上级", "Manager"), target="users", aliases=("直属上级",)),
            Field("phone", PHONE, T("电话", "Phone"), mask="phone", max_length=40, aliases=("手机",)),
            Field("email", EMAIL, T("邮箱", "E-mail"), mask="email", max_length=200),
            Field("is_active", BOOL, T("启用", "Active"), read_only=True, importable=False, default=True),
        ),
        columns=("name", "username", "department", "job_title", "manager", "phone", "is_active"),
        default_sort="name",
        quick_filters=("department", "is_active"),
        views=(
            View("active", T("在用", "Active"), {"field": "is_active", "op": "eq", "value": True}),
            View("all", T("全部", "All")),
        ),
        search=SearchLine(texts=("name", "username", "job_title"), phones=("phone",), person=True, global_search=False),
        facts=("username", "department", "job_title", "manager", "phone", "email", "is_active"),
        commands=(
            Command(
                "disable",
                T("停用", "Disable"),
                people.disable_user,
                "disable",
                refusal=_active,
                reads=("is_active",),
                on=("record", "bulk"),
                danger=True,
                confirm=T(
                    "停用后立即退出登录，名下客户保留。", "Signed out at once; the person's customers stay as they are."
                ),
                scope="view",
            ),
            Command(
                "enable",
                T("启用", "Enable"),
                people.enable_user,
                "disable",
                refusal=_inactive,
                reads=("is_active",),
                on=("record", "bulk"),
                scope="view",
            ),
            Command(
                "reset-password",
                T("重置密码", "Reset password"),
                people.reset_password,
                "edit",
                params=(Field("password", TEXT, T("新密码", "New password"), required=True, max_length=200),),
                scope="view",
            ),
            Command("unlock", T("解锁登录", "Unlock sign-in"), people.unlock_user, "edit", scope="view"),
            Command(
                "reset-factor",
                T("重置两步验证", "Reset second factor"),
                factors.reset_factors,
                "reset_factor",
                danger=True,
                confirm=T(
                    "此人立即退出登录，下次登录只需要密码，直到重新设置。",
                    "Signed out at once; a password is enough until it is set up again.",
                ),
                scope="view",
            ),
        ),
        can_delete=False,
        prepare=people.prepare_users,
        after=people.after_users,
        menu=False,
        unique=(("user_username_once", "username", T("登录名已被使用。", "This user name is taken.")),),
    )
)

register(
    ObjectType(
        name="roles",
        model=Role,
        label=T("角色", "Role"),
        label_plural=T("角色", "Roles"),
        description=T("权限的集合，带岗位职责。", "A set of rights with its duty sheet."),
        permission="administration.role",
        ownership=EVERYBODY,
        title="name",
        title_en="name_en",
        fields=(
            Field(
                "name",
                TEXT,
                T("名称", "Name"),
                required=True,
                quick=True,
                sort="name_sort",
                sortable=True,
                indexed=True,
                max_length=60,
            ),
            Field("name_en", TEXT, T("英文名称", "English name"), quick=True, max_length=60),
            Field("duties", LONG_TEXT, T("岗位职责", "Duties")),
            Field("goals", LONG_TEXT, T("工作目标", "Goals")),
            Field("code", TEXT, T("代码", "Code"), read_only=True, importable=False),
        ),
        columns=("name", "name_en", "duties"),
        default_sort="name",
        search=SearchLine(texts=("name", "name_en"), global_search=False),
        can_import=False,
        in_use=(("accounts_userrole", "role_id"),),
        menu=False,
        unique=(("role_name_once", "name", T("已有同名角色。", "There is a role of this name.")),),
    )
)

register(
    ObjectType(
        name="teams",
        model=Team,
        label=T("团队", "Team"),
        label_plural=T("团队", "Teams"),
        description=T("跨部门一起工作的人。", "People working together across departments."),
        permission="administration.team",
        ownership=EVERYBODY,
        title="name",
        fields=(
            Field(
                "name",
                TEXT,
                T("名称", "Name"),
                required=True,
                quick=True,
                sort="name_sort",
                sortable=True,
                indexed=True,
                max_length=60,
            ),
            Field("description", LONG_TEXT, T("说明", "Description"), quick=True),
        ),
        columns=("name", "description"),
        default_sort="name",
        search=SearchLine(texts=("name",), global_search=False),
        can_import=False,
        menu=False,
        unique=(("team_name_once", "name", T("已有同名团队。", "There is a team of this name.")),),
    )
)

register(
    ObjectType(
        name="exchange-rates",
        model=ExchangeRate,
        label=T("汇率", "Exchange rate"),
        label_plural=T("汇率", "Exchange rates"),
        description=T(
            "外币从某一天起折合多少本位币。合计按它折算：已关闭的按关闭那天，其余按今天。",
            "What other currencies are worth from a day on. Sums go by it: what is closed by that day, the rest by today.",
        ),
        permission="administration.exchange_rate",
        ownership=EVERYBODY,
        title="name",
        fields=(
            Field("name", TEXT, T("汇率", "Rate"), read_only=True, importable=False),
            Field(
                "currency",
                CHOICE,
                T("币种", "Currency"),
                choices=tuple(Choice(code, label) for code, label in CURRENCIES.items()),
                required=True,
                create_only=True,
                quick=True,
                aliases=("货币", "外币", "currency code"),
            ),
            Field(
                "valid_from",
                DATE,
                T("生效日期", "Valid from"),
                required=True,
                default=Moving("today"),
                quick=True,
                inline=True,
                sortable=True,
                indexed=True,
                aliases=("日期", "发布日期"),
            ),
            Field(
                "rate",
                NUMBER,
                T("折合本位币", "Worth"),
                required=True,
                quick=True,
                inline=True,
                aliases=("汇率", "中间价", "rate"),
                help=T(
                    "1 单位外币等于多少本位币，如 1 美元 = 7.0812。按 100 外币公布的中间价请除以 100。",
                    "What 1 of the currency is worth, as 1 US dollar = 7.0812. Divide by 100 what is quoted for 100.",
                ),
            ),
            Field("source", TEXT, T("来源", "Source"), quick=True, inline=True, max_length=100),
        ),
        columns=("name", "currency", "valid_from", "rate", "source", "updated_at"),
        default_sort="-valid_from",
        quick_filters=("currency", "valid_from"),
        search=SearchLine(texts=("name",), global_search=False),
        views=(View("all", T("全部汇率", "All rates")),),
        facts=("currency", "valid_from", "rate", "source"),
        prepare=currencies.prepare_rates,
        after=currencies.after_rates,
        gone_or_back=currencies.rates_gone_or_back,
        menu=False,
        unique=(
            (
                "exchange_rate_once",
                "valid_from",
                T(
                    "这一天已有该币种的汇率，请修改那一条。",
                    "There is a rate of this currency for that day; change that one.",
                ),
            ),
        ),
    )
)
