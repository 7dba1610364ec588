"""The functions and operators of formulas: what they take, what they give, and their SQL.

None may fail on a row, whatever it holds: a statement that fails on one row of a list would show none of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kemai.kit.words import T
from kemai.platform.custom.formula.parse import Node, Number
from kemai.platform.custom.literal import literal

NUMBER, TEXT, BOOL, DATE, INSTANT, NOTHING = "number", "text", "bool", "date", "instant", "nothing"
TYPE_WORDS = {
    NUMBER: T("数字", "a number"),
    TEXT: T("文本", "a text"),
    BOOL: T("是/否", "yes or no"),
    DATE: T("日期", "a date"),
    INSTANT: T("日期时间", "an instant"),
    NOTHING: T("空", "nothing"),
}
#: A day may be moved by so many days; forty of them, the deepest nesting, stay within PostgreSQL's calendar.
FARTHEST = 36_600
MANY = 30


@dataclass(frozen=True, slots=True)
class Piece:
    """SQL and its type."""

    sql: str
    type: str


class WrongType(Exception):
    """An argument of another type than the function takes."""

    def __init__(self, argument: int | None, got: str, *wanted: str) -> None:
        self.argument, self.got, self.wanted = argument, got, wanted
        super().__init__(got)


@dataclass(frozen=True, slots=True)
class Arguments:
    """What a function is given: compiled, and as it was written."""

    pieces: tuple[Piece, ...]
    nodes: tuple[Node, ...]
    zone: str

    def sql(self, n: int, *wanted: str) -> str:
        """The SQL of an argument that must be of one of these types; ``null`` is of every type."""
        piece = self.pieces[n]
        if piece.type not in (*wanted, NOTHING):
            raise WrongType(n, piece.type, *wanted)
        return _CASTS[wanted[0]].format(piece.sql) if piece.type == NOTHING else piece.sql

    def all(self, *wanted: str) -> list[str]:
        return [self.sql(n, *wanted) for n in range(len(self.pieces))]

    def one_type(self, places: list[int]) -> str:
        """The type all of these arguments have."""
        known = [(n, self.pieces[n].type) for n in places if self.pieces[n].type != NOTHING]
        if not known:
            return NOTHING
        for n, kind in known:
            if kind != known[0][1]:
                raise WrongType(n, kind, known[0][1])
        return known[0][1]

    def day(self, n: int) -> str:
        """An argument as a day of the company."""
        sql = self.sql(n, DATE, INSTANT)
        return f"({sql} AT TIME ZONE {literal(self.zone)})::date" if self.pieces[n].type == INSTANT else sql


_CASTS = {
    NUMBER: "({0})::numeric",
    TEXT: "({0})::text",
    BOOL: "({0})::boolean",
    DATE: "({0})::date",
    INSTANT: "({0})::timestamptz",
}


@dataclass(frozen=True, slots=True)
class Function:
    """``count``: fewest and most arguments."""

    count: tuple[int, int]
    make: Callable[[Arguments], Piece]


def _arithmetic(sign: str) -> Callable[[Arguments], Piece]:
    def make(a: Arguments) -> Piece:
        kinds = [p.type for p in a.pieces]
        if sign in "+-" and kinds[0] in (DATE, INSTANT):
            return _moved(a, sign) if kinds[1] in (NUMBER, NOTHING) or sign == "+" else _between(a)
        left, right = a.sql(0, NUMBER), a.sql(1, NUMBER)
        return Piece(f"({left} / NULLIF({right}, 0))" if sign == "/" else f"({left} {sign} {right})", NUMBER)

    return make


def _moved(a: Arguments, sign: str = "+") -> Piece:
    """A day some days later or earlier; none where it would leave the calendar."""
    days = a.sql(1, NUMBER)
    return Piece(f"(CASE WHEN abs({days}) <= {FARTHEST} THEN {a.day(0)} {sign} trunc({days})::int END)", DATE)


def _between(a: Arguments, *, to: int = 0) -> Piece:
    """Days from one to the other: of ``a - b`` to the first, of ``days_between(a, b)`` to the second."""
    return Piece(f"({a.day(to)} - {a.day(1 - to)})::numeric", NUMBER)


def _compared(sign: str) -> Callable[[Arguments], Piece]:
    def make(a: Arguments) -> Piece:
        kind = a.one_type([0, 1])
        if kind == NOTHING:
            return Piece("NULL::boolean", BOOL)
        left, right = a.sql(0, kind), a.sql(1, kind)
        if kind == TEXT:
            left, right = f"COALESCE({left}, '')", f"COALESCE({right}, '')"
            if sign not in ("=", "<>"):
                left = f'{left} COLLATE "C"'
        return Piece(f"({left} {sign} {right})", BOOL)

    return make


def _told(a: Arguments, n: int) -> str:
    """An argument as text: numbers without empty decimals, days as ``2026-11-21``."""
    piece = a.pieces[n]
    if piece.type == NUMBER:
        return f"trim_scale({piece.sql})::text"
    if piece.type == DATE:
        return f"to_char({piece.sql}, 'YYYY-MM-DD')"
    if piece.type == INSTANT:
        return f"to_char({piece.sql} AT TIME ZONE {literal(a.zone)}, 'YYYY-MM-DD HH24:MI')"
    return a.sql(n, TEXT)


def _concat(a: Arguments) -> Piece:
    return Piece(f"concat({', '.join(_told(a, n) for n in range(len(a.pieces)))})", TEXT)


def _if(a: Arguments) -> Piece:
    """``if(condition, value[, condition, value …], otherwise)``."""
    if len(a.pieces) % 2 == 0:
        raise WrongType(None, a.pieces[-1].type, a.pieces[1].type)
    last = len(a.pieces) - 1
    values = [n for n in range(len(a.pieces)) if n % 2 or n == last]
    kind = a.one_type(values)
    if kind == NOTHING:
        return Piece("NULL", NOTHING)
    cases = " ".join(f"WHEN {a.sql(n, BOOL)} THEN {a.sql(n + 1, kind)}" for n in range(0, last, 2))
    return Piece(f"(CASE {cases} ELSE {a.sql(last, kind)} END)", kind)


def _coalesce(a: Arguments) -> Piece:
    kind = a.one_type(list(range(len(a.pieces))))
    if kind == NOTHING:
        return Piece("NULL", NOTHING)
    parts = [f"NULLIF({sql}, '')" if kind == TEXT else sql for sql in a.all(kind)]
    return Piece(f"COALESCE({', '.join(parts)})", kind)


def _extreme(name: str) -> Callable[[Arguments], Piece]:
    def make(a: Arguments) -> Piece:
        kind = a.one_type(list(range(len(a.pieces))))
        if kind not in (NUMBER, DATE, INSTANT):
            raise WrongType(0, kind, NUMBER, DATE, INSTANT)
        return Piece(f"{name}({', '.join(a.all(kind))})", kind)

    return make


def _round(a: Arguments) -> Piece:
    places = 0
    if len(a.pieces) == 2:
        node = a.nodes[1]
        if not isinstance(node, Number) or node.value not in range(7):
            raise WrongType(1, a.pieces[1].type, NUMBER)
        places = int(node.value)
    return Piece(f"round({a.sql(0, NUMBER)}, {places})", NUMBER)


def _is_empty(a: Arguments) -> Piece:
    piece = a.pieces[0]
    return Piece(f"({piece.sql} IS NULL" + (f" OR {piece.sql} = '')" if piece.type == TEXT else ")"), BOOL)


def _cut(name: str) -> Callable[[Arguments], Piece]:
    return lambda a: Piece(f"{name}({a.sql(0, TEXT)}, least(greatest(trunc({a.sql(1, NUMBER)}), 0), 10000)::int)", TEXT)


def _plain(pattern: str, gives: str, *takes: str) -> Callable[[Arguments], Piece]:
    return lambda a: Piece(pattern.format(*(a.sql(n, kind) for n, kind in enumerate(takes))), gives)


def _part(name: str) -> Callable[[Arguments], Piece]:
    return lambda a: Piece(f"extract({name} FROM {a.day(0)})", NUMBER)


def _logic(word: str) -> Callable[[Arguments], Piece]:
    return lambda a: Piece("(" + f" {word} ".join(a.all(BOOL)) + ")", BOOL)


def _one_of(a: Arguments) -> Piece:
    kind = a.one_type(list(range(len(a.pieces))))
    if kind == NOTHING:
        return Piece("FALSE", BOOL)
    first, *others = a.all(kind)
    return Piece(f"COALESCE({first} IN ({', '.join(others)}), FALSE)", BOOL)


FUNCTIONS: dict[str, Function] = {
    **{sign: Function((2, 2), _arithmetic(sign)) for sign in "+-*/"},
    **{sign: Function((2, 2), _compared(sign)) for sign in ("=", "<>", "<", "<=", ">", ">=")},
    "&": Function((2, 2), _concat),
    "neg": Function((1, 1), _plain("(-{0})", NUMBER, NUMBER)),
    "and": Function((2, MANY), _logic("AND")),
    "or": Function((2, MANY), _logic("OR")),
    "not": Function((1, 1), _plain("(NOT COALESCE({0}, FALSE))", BOOL, BOOL)),
    "if": Function((3, MANY + 1), _if),
    "in": Function((2, MANY), _one_of),
    "coalesce": Function((2, MANY), _coalesce),
    "is_empty": Function((1, 1), _is_empty),
    "min": Function((2, MANY), _extreme("LEAST")),
    "max": Function((2, MANY), _extreme("GREATEST")),
    "abs": Function((1, 1), _plain("abs({0})", NUMBER, NUMBER)),
    "floor": Function((1, 1), _plain("floor({0})", NUMBER, NUMBER)),
    "ceil": Function((1, 1), _plain("ceil({0})", NUMBER, NUMBER)),
    "round": Function((1, 2), _round),
    "concat": Function((1, MANY), _concat),
    "length": Function((1, 1), _plain("length({0})::numeric", NUMBER, TEXT)),
    "lower": Function((1, 1), _plain("lower({0})", TEXT, TEXT)),
    "upper": Function((1, 1), _plain("upper({0})", TEXT, TEXT)),
    "left": Function((2, 2), _cut("left")),
    "right": Function((2, 2), _cut("right")),
    "contains": Function((2, 2), _plain("(position(lower({1}) IN lower({0})) > 0)", BOOL, TEXT, TEXT)),
    "today": Function((0, 0), lambda a: Piece(f"(now() AT TIME ZONE {literal(a.zone)})::date", DATE)),
    "now": Function((0, 0), lambda a: Piece("now()", INSTANT)),
    "date": Function((1, 1), lambda a: Piece(a.day(0), DATE)),
    "year": Function((1, 1), _part("year")),
    "month": Function((1, 1), _part("month")),
    "day": Function((1, 1), _part("day")),
    "add_days": Function((2, 2), _moved),
    "days_between": Function((2, 2), lambda a: _between(a, to=1)),
    "hours_between": Function((2, 2), _plain("(extract(epoch FROM ({1} - {0})) / 3600)", NUMBER, INSTANT, INSTANT)),
}

#: What is written as a call, ``round(…)``; the rest are operators.
CALLED = tuple(name for name in FUNCTIONS if name.isidentifier() and name not in ("neg", "and", "or", "not"))
