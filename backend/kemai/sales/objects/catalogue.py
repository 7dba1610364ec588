"""The declarations of products and competitors (SAL-5 first part, SAL-16)."""

from __future__ import annotations

from kemai.accounts.access import Ownership
from kemai.kit.words import T
from kemai.platform.objects.declare import Field, ObjectType, Panel, SearchLine, View, register
from kemai.platform.objects.types import BOOL, CHOICE, LONG_TEXT, MONEY, TEXT, URL
from kemai.sales.models import Competitor, Product

register(
    ObjectType(
        name="products",
        model=Product,
        label=T("产品", "Product"),
        label_plural=T("产品", "Products"),
        description=T("我们卖什么，按什么单位，标价多少。", "What we sell, by which unit, at what price."),
        permission="sales.product",
        ownership=Ownership(public=True),
        title="name",
        subtitle=("code", "category"),
        fields=(
            Field(
                "name",
                TEXT,
                T("产品名称", "Name"),
                required=True,
                quick=True,
                inline=True,
                sort="name_sort",
                sortable=True,
                indexed=True,
                max_length=200,
                key=True,
                aliases=("产品", "名称", "品名"),
            ),
            Field(
                "code",
                TEXT,
                T("产品编码", "Code"),
                required=True,
                quick=True,
                sortable=True,
                indexed=True,
                max_length=40,
                key=True,
                aliases=("编码", "货号", "SKU"),
            ),
            Field("category", CHOICE, T("分类", "Category"), dictionary="product_category", quick=True, inline=True),
            Field("unit", CHOICE, T("单位", "Unit"), dictionary="product_unit", quick=True, inline=True),
            Field(
                "price",
                MONEY,
                T("标价", "List price"),
                quick=True,
                inline=True,
                minimum=0,
                default=0,
                aliases=("单价", "价格"),
            ),
            Field("active", BOOL, T("在售", "On sale"), default=True, inline=True),
            Field("description", LONG_TEXT, T("说明", "Description")),
        ),
        columns=("name", "code", "category", "unit", "price", "active", "updated_at"),
        default_sort="name",
        quick_filters=("category", "active"),
        search=SearchLine(texts=("name", "code")),
        views=(
            View("active", T("在售产品", "On sale"), {"field": "active", "op": "eq", "value": True}),
            View("all", T("全部产品", "All products")),
        ),
        facts=("code", "category", "unit", "price", "active", "description"),
        panels=(
            Panel(
                "lines",
                T("用在商机", "On opportunities"),
                "opportunity-lines",
                "product",
                ("opportunity", "quantity", "price", "amount"),
                create=False,
            ),
        ),
        in_use=(("sales_line", "product_id"),),
        unique=(("product_code_once", "code", T("已有此编码的产品。", "There is a product with this code.")),),
    )
)

register(
    ObjectType(
        name="competitors",
        model=Competitor,
        label=T("竞争对手", "Competitor"),
        label_plural=T("竞争对手", "Competitors"),
        description=T(
            "对手的产品、强弱和应对打法。", "Their products, strengths and weaknesses, and how to meet them."
        ),
        permission="sales.competitor",
        ownership=Ownership(public=True),
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
                aliases=("竞争对手", "对手"),
            ),
            Field("products", TEXT, T("对手产品", "Their products"), quick=True, max_length=500),
            Field("website", URL, T("网址", "Website"), max_length=300),
            Field("strengths", LONG_TEXT, T("强项", "Strengths"), quick=True),
            Field("weaknesses", LONG_TEXT, T("弱项", "Weaknesses"), quick=True),
            Field(
                "battle_card",
                LONG_TEXT,
                T("应对打法", "Battle card"),
                help=T("遇到这个对手时怎么说、怎么做。", "What to say and do when meeting them."),
            ),
            Field("active", BOOL, T("仍在竞争", "Still competing"), default=True),
        ),
        columns=("name", "products", "strengths", "weaknesses", "active", "updated_at"),
        default_sort="name",
        search=SearchLine(texts=("name", "products")),
        views=(View("all", T("全部竞争对手", "All competitors")),),
        facts=("products", "strengths", "weaknesses", "battle_card", "website", "active"),
        panels=(
            Panel(
                "met",
                T("交锋", "Met on"),
                "opportunity-competitors",
                "competitor",
                ("opportunity", "threat", "result", "note"),
                create=False,
            ),
        ),
        in_use=(("sales_contender", "competitor_id"),),
        unique=(("competitor_once", "name", T("已有这个竞争对手。", "This competitor is on file.")),),
    )
)
