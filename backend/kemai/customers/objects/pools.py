"""The declaration of pools."""

from __future__ import annotations

from kemai.accounts.access import Ownership
from kemai.customers.models import Pool
from kemai.customers.services import pools
from kemai.kit.words import T
from kemai.platform.objects.declare import (
    Field,
    ObjectType,
    SearchLine,
    register,
)
from kemai.platform.objects.types import (
    BOOL,
    INTEGER,
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
            Field("is_default", BOOL, T("默认公海", "Default pool")),
        ),
        columns=("name", "name_en", "description", "hold_limit", "daily_claims", "is_default"),
        search=SearchLine(texts=("name", "name_en"), global_search=False),
        prepare=pools.prepare_pools,
        can_import=False,
        in_use=(("customers_customer", "pool_id"),),
        menu=False,
        unique=(("pool_name_once", "name", T("已有同名公海。", "There is a pool of this name.")),),
    )
)
