"""The declaration of pools."""

from __future__ import annotations

from kemai.accounts.access import Ownership
from kemai.customers.models import Pool
from kemai.customers.rules.distribution import METHODS
from kemai.customers.services import pools
from kemai.kit.words import T
from kemai.platform.objects.declare import (
    Choice,
    Field,
    ObjectType,
    SearchLine,
    register,
)
from kemai.platform.objects.types import (
    BOOL,
    CHOICE,
    INTEGER,
    MULTI_CHOICE,
    TAGS,
    TEXT,
)

register(
    ObjectType(
        name="pools",
        model=Pool,
        label=T("公海", "Pool"),
        label_plural=T("公海", "Pools"),
        description=T(
            "没有负责人的客户放在公海，成员可以领取。",
            "Customers without an owner lie in a pool; its members may claim them.",
        ),
        permission="customers.pool",
        ownership=Ownership(public=True),
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
                key=True,
            ),
            Field("name_en", TEXT, T("英文名称", "English name"), quick=True, max_length=60),
            Field("description", TEXT, T("说明", "Description"), max_length=300, quick=True),
            Field(
                "hold_limit",
                INTEGER,
                T("保有上限", "Hold limit"),
                minimum=0,
                maximum=1_000_000,
                help=T("留空用系统参数", "Empty: the system parameter"),
            ),
            Field(
                "daily_claims",
                INTEGER,
                T("每日领取上限", "Claims a day"),
                minimum=0,
                maximum=100_000,
                help=T("留空用系统参数", "Empty: the system parameter"),
            ),
            Field(
                "reclaim_days",
                INTEGER,
                T("退回后几天内不能再领取", "Days before one may re-claim"),
                minimum=0,
                maximum=365,
                help=T("留空用系统参数", "Empty: the system parameter"),
            ),
            Field(
                "daily_views",
                INTEGER,
                T("每日查看上限", "Customers opened a day"),
                minimum=0,
                maximum=100_000,
                help=T("留空用系统参数；0 表示不限", "Empty: the system parameter; 0: no limit"),
            ),
            Field(
                "distribution",
                CHOICE,
                T("到达后自动分配", "Given out on arrival"),
                choices=tuple(Choice(code, label) for code, label in METHODS.items()),
                help=T("留空不自动分配", "Empty: not at all"),
            ),
            Field(
                "position",
                INTEGER,
                T("顺序", "Order"),
                default=0,
                required=True,
                minimum=0,
                maximum=10_000,
                sortable=True,
                indexed=True,
                help=T(
                    "按地区行业归入时，排在前面的先匹配", "By region and industry the first in order is matched first"
                ),
            ),
            Field(
                "regions",
                TAGS,
                T("地区", "Regions"),
                help=T(
                    "这些地区的客户自动归入此公海；“浙江”包含“浙江杭州”",
                    "Customers there come here of themselves; a province takes in its towns",
                ),
            ),
            Field(
                "industries",
                MULTI_CHOICE,
                T("行业", "Industries"),
                dictionary="industry",
                help=T("这些行业的客户自动归入此公海", "Customers of these industries come here of themselves"),
            ),
            Field("is_default", BOOL, T("默认公海", "Default pool")),
        ),
        columns=("name", "name_en", "description", "hold_limit", "daily_claims", "distribution", "is_default"),
        default_sort="position",
        search=SearchLine(texts=("name", "name_en"), global_search=False),
        prepare=pools.prepare_pools,
        can_import=False,
        in_use=(("customers_customer", "pool_id"), ("customers_recyclerule", "pool_id")),
        menu=False,
        unique=(("pool_name_once", "name", T("已有同名公海。", "There is a pool of this name.")),),
    )
)
