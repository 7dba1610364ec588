"""The demo company's own fields (PLT-2, PLT-14): what a seller of machines would add on the first day."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

from kemai.accounts.access import Actor
from kemai.platform.custom.manage import create_field

CUSTOMER_FIELDS: tuple[dict[str, Any], ...] = (
    {
        "key": "devices",
        "type": "number",
        "label_zh": "设备台数",
        "label_en": "Machines",
        "help_zh": "客户现有的同类设备",
        "help_en": "Machines of our kind the customer runs",
        "decimals": 0,
        "min": 0,
        "section": "basic",
    },
    {
        "key": "next_service_on",
        "type": "date",
        "label_zh": "下次检修日",
        "label_en": "Next service",
        "section": "basic",
    },
    {
        "key": "deals_total",
        "type": "rollup",
        "label_zh": "商机总额",
        "label_en": "Open deals in all",
        "help_zh": "进行中商机的金额合计",
        "help_en": "The amounts of open opportunities",
        "rollup": {
            "object": "opportunities",
            "field": "customer",
            "op": "sum",
            "of": "amount",
            "filter": {"field": "status", "op": "eq", "value": "open"},
        },
    },
)
DEAL_FIELDS: tuple[dict[str, Any], ...] = (
    {
        "key": "days_left",
        "type": "formula",
        "label_zh": "距预计成交天数",
        "label_en": "Days to close",
        "formula": 'if(status = "open", expected_close_on - today(), null)',
        "decimals": 0,
    },
)


def define_fields(actor: Actor) -> int:
    """Make the fields as the administrator would; returns how many."""
    for object_name, fields in (("customers", CUSTOMER_FIELDS), ("opportunities", DEAL_FIELDS)):
        for field in fields:
            create_field(actor, object_name, dict(field))
    return len(CUSTOMER_FIELDS) + len(DEAL_FIELDS)


def customer_values(dice: random.Random, today: date) -> dict[str, Any]:
    """What one customer in two has told of its machines, and how long the contract of one in four runs."""
    contract = {}
    if dice.random() < 0.25:
        contract = {"contract_ends_on": (today + timedelta(days=dice.randint(-60, 360))).isoformat()}
    if dice.random() < 0.5:
        return contract
    day = today + timedelta(days=dice.randint(-20, 240))
    return contract | {
        "custom.devices": dice.choice((1, 2, 2, 3, 4, 6, 8, 12, 20, 45)),
        "custom.next_service_on": day.isoformat(),
    }
