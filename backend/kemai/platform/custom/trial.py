"""A formula or roll-up tried out before it is kept: alone, among its neighbours, and on five records."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, field
from typing import Any

from kemai.accounts.access import Actor, branches
from kemai.kit.words import T
from kemai.platform.custom.computed import with_computed
from kemai.platform.custom.definitions import PREFIX, Definitions, definitions
from kemai.platform.custom.formula import Call, FormulaError, Name, Named, Node, Number, parse, parts, with_names
from kemai.platform.models import CustomField
from kemai.platform.objects.declare import Field, ObjectType, declared_objects, get_object
from kemai.platform.objects.read import day_params
from kemai.platform.objects.rows import fetch_rows
from kemai.platform.objects.secrecy import is_withheld, output

ROWS = 5


@dataclass(slots=True)
class Trial:
    """What became of it: the field, its text with labels put by name, the fields it names, and other fields it would break."""

    declaration: ObjectType
    made: Field
    source: Any
    inputs: list[str]
    harmed: dict[str, FormulaError] = field(default_factory=dict)


def try_out(actor: Actor, row: CustomField, options: dict[str, Any]) -> Trial:
    """The computed field ``row`` would be with these settings; :class:`FormulaError` says why it cannot be, and where in the formula as
    it was typed. What was kept before is not asked again whether ``actor`` may read what it is made of."""
    base = next(o for o in declared_objects() if o.name == row.object)
    now = definitions()
    before = set(now.broken)
    candidate = copy(row)
    candidate.options, candidate.active = dict(options), True
    rows = {name: list(others) for name, others in now.rows.items()}
    rows[row.object] = [r for r in rows.get(row.object, []) if r.key != row.key] + [candidate]
    source, named = options.get(row.type), Named("")
    if row.type == "formula":
        named = with_names(str(source), _labels(now, base, rows[row.object]))
        source = candidate.options["formula"] = named.text
    tried = Definitions(now.epoch or 1, rows)
    declaration = with_computed(tried, base)
    wrong = tried.broken.pop((row.object, row.key), None)
    if wrong is not None:
        raise named.typed(wrong)
    refused = _refusal(actor, declaration, row, source)
    if refused is not None:
        raise named.typed(refused)
    made = declaration.by_name[f"{PREFIX}{row.key}"]
    labels = {(r.object, r.key): r.label_zh for r in rows[row.object]}
    harmed = {labels[place]: error for place, error in tried.broken.items() if place not in before}
    own = sorted(name for owner, name in made.inputs if owner == row.object)
    return Trial(declaration, made, source, own, harmed)


def _refusal(actor: Actor, declaration: ObjectType, row: CustomField, source: Any) -> FormulaError | None:
    """Why a new formula or roll-up that would compile is refused all the same: it names what its author may not read, or divides by a
    written zero. (A field that happens to be zero gives no value on that record.)"""
    if source == row.options.get(row.type):
        return None
    tree = list(parts(parse(source))) if row.type == "formula" else []
    for owner, name in sorted(declaration.by_name[f"{PREFIX}{row.key}"].inputs):
        if is_withheld(actor, declaration, owner, name):
            found = get_object(owner).by_name.get(name)
            told = T(
                "您看不到“{label}”，不能用它计算。", 'You may not read "{label}", so nothing can be reckoned from it.'
            )
            return _at(_named(tree, name), "withheld", told, label=found.label if found else name)
    by_zero = T("不能除以 0。", "Nothing can be divided by 0.")
    return next((_at(zero, "by_zero", by_zero) for node in tree if (zero := _zero(node))), None)


def _named(tree: list[Node], name: str) -> Node | None:
    return next((node for node in tree if isinstance(node, Name) and node.name == name), None)


def _zero(node: Node) -> Node | None:
    """The zero that a node divides by."""
    divisor = node.arguments[1] if isinstance(node, Call) and node.name == "/" else None
    return divisor if isinstance(divisor, Number) and divisor.value == 0 else None


def _at(node: Node | None, code: str, message: T, **params: Any) -> FormulaError:
    return FormulaError(code, message, node.at if node else 0, node.to - node.at if node else 0, **params)


def _labels(now: Definitions, base: ObjectType, rows: list[CustomField]) -> dict[str, str]:
    """Label → name of every field a formula may name, in both languages."""
    found: dict[str, str] = {}
    for row in rows:
        found[row.label_zh] = found[row.label_en] = f"{PREFIX}{row.key}"
    for f in base.by_name.values():
        found[f.label.zh] = found[f.label.en] = f.name
    return found


def preview(actor: Actor, row: CustomField, options: dict[str, Any]) -> dict[str, Any]:
    """What interface.md says of ``preview``: the type, the inputs and five values, or what is wrong and where."""
    try:
        trial = try_out(actor, row, options)
    except FormulaError as error:
        return {
            "ok": False,
            "error": {
                "code": error.code,
                "message": error.message.to(**error.params),
                "position": error.position,
                "length": error.length,
            },
        }
    return {
        "ok": True,
        "result": trial.made.type.name,
        "inputs": [name for _, name in trial.made.inputs],
        "formula": trial.source if row.type == "formula" else None,
        "rows": _rows(actor, trial),
    }


def _rows(actor: Actor, trial: Trial) -> list[dict[str, Any]]:
    declaration = trial.declaration
    if not actor.has(declaration.perm("view")):
        return []
    scope = branches(actor, declaration.perm("view"), declaration.ownership)
    title = output(actor, declaration, declaration.by_name[declaration.title]) or "NULL"
    value = output(actor, declaration, trial.made)
    if value is None:
        return []
    rows = fetch_rows(
        f"SELECT t.id, {title}, {value} FROM {declaration.table} t WHERE t.deleted_at IS NULL AND {scope.sql} "
        f"ORDER BY t.updated_at DESC, t.id DESC LIMIT {ROWS}",
        {**scope.params, **actor.params, **day_params(actor)},
    )
    words = trial.made.choice_map()
    return [
        {"id": key, "label": label, "value": words[shown].to() if shown in words else shown}
        for key, label, shown in rows
    ]
