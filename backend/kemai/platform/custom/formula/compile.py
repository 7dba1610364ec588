"""Tree → SQL over ``t``, with every part's type known beforehand. What comes out never fails on a row: dividing by zero gives no value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from kemai.kit.words import T
from kemai.platform.custom.formula import functions
from kemai.platform.custom.formula.functions import BOOL, DATE, INSTANT, NOTHING, NUMBER, TEXT, TYPE_WORDS, Piece
from kemai.platform.custom.formula.parse import Call, FormulaError, Name, Node, Number, Text, Word, parse
from kemai.platform.custom.literal import literal
from kemai.platform.objects import types

if TYPE_CHECKING:
    from kemai.platform.objects.declare import Field

#: A formula made of formulas is put out in full; beyond this it would be a statement nobody can plan.
MAX_SQL = 20_000

_OF_TYPE: tuple[tuple[type[types.FieldType], str], ...] = (
    (types.Number, NUMBER),
    (types.Instant, INSTANT),
    (types.Date, DATE),
    (types.Bool, BOOL),
)
_TEXTS = (types.Text, types.LongText, types.Phone, types.Email, types.Url, types.Code, types.Choice)


@dataclass(frozen=True, slots=True)
class Compiled:
    """A formula ready to stand in a statement. ``inputs`` are the fields it names."""

    sql: str
    type: str
    inputs: frozenset[str] = field(default_factory=frozenset)


def type_of(found: Field) -> str:
    """A field's type in the language; empty for what it cannot reckon with (lists, references, files)."""
    for kind, name in _OF_TYPE:
        if isinstance(found.type, kind):
            return name
    return TEXT if isinstance(found.type, _TEXTS) else ""


def compile_formula(source: str, fields: Mapping[str, Field], *, zone: str) -> Compiled:
    """The formula over these fields; :class:`FormulaError` names what cannot be and where. ``zone``: whose day ``today()`` is."""
    compiler = _Compiler(fields, zone)
    piece = compiler.piece(parse(source))
    if piece.type == NOTHING:
        raise FormulaError("type", T("公式没有结果。", "The formula has no result."), 0, len(source))
    if len(piece.sql) > MAX_SQL:
        raise FormulaError("too_long", T("公式展开后过长。", "The formula, written out, is too long."), 0, len(source))
    return Compiled(piece.sql, piece.type, frozenset(compiler.inputs))


class _Compiler:
    def __init__(self, fields: Mapping[str, Field], zone: str) -> None:
        self.fields, self.zone = fields, zone
        self.inputs: set[str] = set()

    def piece(self, node: Node) -> Piece:
        if isinstance(node, Number):
            return Piece(literal(Decimal(node.value)) + "::numeric", NUMBER)
        if isinstance(node, Text):
            return Piece(literal(node.value), TEXT)
        if isinstance(node, Word):
            return Piece("NULL", NOTHING) if node.value is None else Piece(literal(node.value), BOOL)
        if isinstance(node, Name):
            return self._field(node)
        assert isinstance(node, Call)
        return self._call(node)

    def _find(self, node: Name) -> Field:
        found = self.fields.get(node.name)
        if found is None and node.braced:
            found = next((f for f in self.fields.values() if node.name in (f.label.zh, f.label.en)), None)
        if found is None:
            raise FormulaError(
                "unknown_name",
                T("没有“{name}”这个字段。", 'There is no field "{name}".'),
                node.at,
                node.to - node.at,
                name=node.name[:60],
            )
        self.inputs.add(found.name)
        return found

    def _field(self, node: Name) -> Piece:
        found = self._find(node)
        kind = type_of(found)
        if not kind or "%(" in found.expression:
            raise FormulaError(
                "type",
                T("“{label}”不能用于计算。", '"{label}" cannot be reckoned with.'),
                node.at,
                node.to - node.at,
                label=found.label,
            )
        sql = found.measured
        return Piece(f"({sql})::numeric" if kind == NUMBER else f"({sql})", kind)

    def _call(self, node: Call) -> Piece:
        if node.name == "is_empty" and len(node.arguments) == 1 and isinstance(node.arguments[0], Name):
            found = self._find(node.arguments[0])
            return Piece(found.type.null_sql(found.expression), BOOL)
        function = functions.FUNCTIONS.get(node.name)
        if function is None:
            raise FormulaError(
                "unknown_name",
                T("没有“{name}”这个函数。", 'There is no function "{name}".'),
                node.at,
                len(node.name),
                name=node.name[:60],
            )
        low, high = function.count
        if not low <= len(node.arguments) <= high:
            raise FormulaError(
                "arguments",
                T("“{name}”的参数个数不对。", '"{name}" takes another number of arguments.'),
                node.at,
                node.to - node.at,
                name=node.name,
            )
        pieces = [self.piece(argument) for argument in node.arguments]
        try:
            made = function.make(functions.Arguments(tuple(pieces), node.arguments, self.zone))
        except functions.WrongType as wrong:
            at = node.arguments[wrong.argument] if wrong.argument is not None else node
            raise FormulaError(
                "type",
                T("这里应为{wanted}，而不是{got}。", "Expected {wanted} here, not {got}."),
                at.at,
                at.to - at.at,
                wanted=_words(wrong.wanted),
                got=_words((wrong.got,)),
            ) from wrong
        if len(made.sql) > MAX_SQL * 4:
            raise FormulaError("too_long", T("公式展开后过长。", "The formula, written out, is too long."), node.at, 1)
        return made


def _words(names: tuple[str, ...]) -> T:
    return T("或".join(TYPE_WORDS[n].zh for n in names), " or ".join(TYPE_WORDS[n].en for n in names))
