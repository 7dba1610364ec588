"""What administrators set: cadence of contact (ACT-3), greeting templates (ACT-9)."""

from __future__ import annotations

import re

from kemai.accounts.access import Actor
from kemai.kit.words import T
from kemai.platform.objects.declare import Draft, declared_object

#: Classifications of customers a cadence may go by (CUS-6).
CLASSIFICATIONS = (
    "importance",
    "relation_stage",
    "strategic_class",
    "size",
    "ladder",
    "frequency_class",
    "tenure_class",
    "buying_potential",
    "buying_willingness",
)
MERGE_FIELDS = {
    "联系人": "contact",
    "客户": "customer",
    "我": "me",
    "contact": "contact",
    "customer": "customer",
    "me": "me",
}
_PLACE = re.compile(r"\{\{\s*([^{}]{1,20}?)\s*\}\}")


def prepare_cadences(actor: Actor, drafts: list[Draft]) -> None:
    """The value is one of the field's own; a name is made from both where none is given."""
    customers = declared_object("customers")
    for draft in drafts:
        field = customers.by_name.get(str(draft.get("field") or ""))
        if field is None or field.name not in CLASSIFICATIONS:
            continue  # the choice itself refuses it
        known = field.choice_map()
        value = str(draft.get("value") or "")
        if value and value not in known:
            found = next((code for code, label in known.items() if value in (label.zh, label.en)), None)
            if found is None:
                words = "、".join(label.to() for label in known.values())
                draft.wrong(
                    "value",
                    "unknown_choice",
                    T("没有这个取值。可选：{known}", "No such value. Possible: {known}"),
                    known=words,
                )
                continue
            draft.values["value"] = value = found
        if value and not draft.get("name"):
            draft.values["name"] = f"{field.label.zh}：{known[value].zh}"[:60]
            draft.values["name_en"] = f"{field.label.en}: {known[value].en}"[:60]


def prepare_greetings(actor: Actor, drafts: list[Draft]) -> None:
    """Only places that can be filled; a holiday has a day."""
    for draft in drafts:
        if draft.get("occasion") == "holiday" and not draft.get("holiday_on"):
            draft.wrong("holiday_on", "required", T("请填节日的日期。", "Give the day of the holiday."))
        for place in _PLACE.findall(str(draft.get("text") or "")):
            if place not in MERGE_FIELDS:
                draft.wrong(
                    "text",
                    "unknown_field",
                    T(
                        "没有“{place}”这个占位，可用：联系人、客户、我。",
                        'No place "{place}"; use contact, customer, me.',
                    ),
                    place=place,
                )


def fill(text: str, values: dict[str, str]) -> str:
    """The template with its places filled."""
    return _PLACE.sub(lambda m: values.get(MERGE_FIELDS.get(m.group(1), ""), m.group(0)), text)
