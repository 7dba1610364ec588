"""Text → tree. ``if(amount > 10000, "大单", "普通") & "：" & name``; fields by name, or by label in braces: ``{金额}``.

Precedence from weak to strong: ``or``, ``and``, ``not``, comparison, ``+ - &``, ``* /``, sign. Positions count characters from 0.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from kemai.kit.words import T

MAX_LENGTH = 2_000
MAX_NODES = 300
MAX_DEPTH = 40


class FormulaError(ValueError):
    """A formula that cannot be: a stable code, words, and where."""

    def __init__(self, code: str, message: T, position: int = 0, length: int = 0, **params: Any) -> None:
        self.code, self.message, self.params = code, message, params
        self.position, self.length = position, length
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class Node:
    """A part of a formula, and where it stands in the text."""

    at: int
    to: int


@dataclass(frozen=True, slots=True)
class Number(Node):
    value: Decimal


@dataclass(frozen=True, slots=True)
class Text(Node):
    value: str


@dataclass(frozen=True, slots=True)
class Word(Node):
    """``true``, ``false`` or ``null``."""

    value: bool | None


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A field: by name, or by label where it stood in braces."""

    name: str
    braced: bool = False


@dataclass(frozen=True, slots=True)
class Call(Node):
    """A function, or an operator under its sign (``+``, ``=``, ``and``, ``neg``, ``not``)."""

    name: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    at: int

    @property
    def to(self) -> int:
        return self.at + len(self.text)


_TOKENS = re.compile(
    r"(?P<space>\s+)|(?P<number>\d+(?:\.\d+)?)|(?P<text>\"[^\"]*\"|'[^']*'|“[^”]*”)|(?P<braced>\{[^{}]*\})"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*)|(?P<sign><=|>=|<>|!=|==|[-+*/&=<>(),（），])",
    re.ASCII,
)
_SAME = {"==": "=", "!=": "<>", "（": "(", "）": ")", "，": ","}
_WORDS = {"true": True, "false": False, "null": None}
_COMPARE = ("=", "<>", "<", "<=", ">", ">=")
_MEANING = T("这里无法理解：“{text}”。", 'This is not understood: "{text}".')
_UNFINISHED = T("公式没有写完。", "The formula is unfinished.")


def _tokens(source: str) -> Iterator[_Token]:
    at = 0
    while at < len(source):
        found = _TOKENS.match(source, at)
        if found is None:
            raise FormulaError("syntax", _MEANING, at, 1, text=source[at : at + 10])
        kind = str(found.lastgroup)
        if kind != "space":
            yield _Token(kind, _SAME.get(found.group(), found.group()), at)
        at = found.end()
    yield _Token("end", "", len(source))


class _Parser:
    def __init__(self, source: str) -> None:
        self.tokens = list(_tokens(source))
        self.place = self.nodes = self.depth = 0

    @property
    def token(self) -> _Token:
        return self.tokens[self.place]

    def take(self) -> _Token:
        self.place += 1
        self.nodes += 1
        if self.nodes > MAX_NODES * 2:
            raise FormulaError("too_long", T("公式过长。", "The formula is too long."))
        return self.tokens[self.place - 1]

    def is_sign(self, *signs: str) -> bool:
        return self.token.kind == "sign" and self.token.text in signs

    def is_word(self, word: str) -> bool:
        return self.token.kind == "name" and self.token.text.lower() == word

    def expect(self, sign: str) -> _Token:
        if not self.is_sign(sign):
            raise self.wrong()
        return self.take()

    def wrong(self) -> FormulaError:
        token = self.token
        if token.kind == "end":
            return FormulaError("syntax", _UNFINISHED, token.at, 0)
        return FormulaError("syntax", _MEANING, token.at, len(token.text), text=token.text[:20])

    def whole(self) -> Node:
        found = self.either()
        if self.token.kind != "end":
            raise self.wrong()
        return found

    def either(self) -> Node:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise FormulaError("too_deep", T("嵌套太深。", "Nested too deep."), self.token.at, 1)
        found = self.both()
        while self.is_word("or"):
            self.take()
            found = _joined("or", found, self.both())
        self.depth -= 1
        return found

    def both(self) -> Node:
        found = self.denied()
        while self.is_word("and"):
            self.take()
            found = _joined("and", found, self.denied())
        return found

    def denied(self) -> Node:
        if not self.is_word("not"):
            return self.compared()
        self._deeper()
        at = self.take().at
        inner = self.denied()
        self.depth -= 1
        return Call(at, inner.to, "not", (inner,))

    def compared(self) -> Node:
        found = self.added()
        if self.is_sign(*_COMPARE):
            found = _joined(self.take().text, found, self.added())
        return found

    def added(self) -> Node:
        return self._row(self.multiplied, "+", "-", "&")

    def multiplied(self) -> Node:
        return self._row(self.signed, "*", "/")

    def _row(self, part: Callable[[], Node], *signs: str) -> Node:
        found = part()
        while self.is_sign(*signs):
            found = _joined(self.take().text, found, part())
        return found

    def signed(self) -> Node:
        if not self.is_sign("-"):
            return self.single()
        self._deeper()
        at = self.take().at
        inner = self.signed()
        self.depth -= 1
        return Call(at, inner.to, "neg", (inner,))

    def _deeper(self) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise FormulaError("too_deep", T("嵌套太深。", "Nested too deep."), self.token.at, 1)

    def single(self) -> Node:
        token = self.token
        if token.kind == "number":
            self.take()
            if len(token.text.replace(".", "")) > 15:
                raise FormulaError(
                    "number_range", T("数字过大。", "The number is too large."), token.at, len(token.text)
                )
            return Number(token.at, token.to, Decimal(token.text))
        if token.kind == "text":
            self.take()
            if "\x00" in token.text:
                raise FormulaError("syntax", _MEANING, token.at, len(token.text), text="\\0")
            return Text(token.at, token.to, token.text[1:-1])
        if token.kind == "braced":
            self.take()
            return Name(token.at, token.to, token.text[1:-1].strip(), braced=True)
        if token.kind == "name":
            return self._named()
        if self.is_sign("("):
            self.take()
            found = self.either()
            self.expect(")")
            return found
        raise self.wrong()

    def _named(self) -> Node:
        token = self.take()
        if self.is_sign("("):
            self.take()
            arguments: list[Node] = []
            while not self.is_sign(")"):
                if arguments:
                    self.expect(",")
                arguments.append(self.either())
            end = self.take()
            return Call(token.at, end.to, token.text.lower(), tuple(arguments))
        if token.text.lower() in _WORDS:
            return Word(token.at, token.to, _WORDS[token.text.lower()])
        if token.text.lower() in ("and", "or", "not"):
            self.place -= 1
            raise self.wrong()
        return Name(token.at, token.to, token.text)


def _joined(name: str, left: Node, right: Node) -> Call:
    return Call(left.at, right.to, name, (left, right))


def parse(source: str) -> Node:
    """The tree of a formula; :class:`FormulaError` says what is wrong with it and where."""
    if len(source) > MAX_LENGTH:
        raise FormulaError(
            "too_long",
            T("公式最多 {limit} 个字符。", "At most {limit} characters."),
            MAX_LENGTH,
            len(source) - MAX_LENGTH,
            limit=MAX_LENGTH,
        )
    return _Parser(source).whole()


def parts(node: Node) -> Iterator[Node]:
    """A tree's parts, itself among them."""
    waiting = [node]
    while waiting:
        found = waiting.pop()
        yield found
        if isinstance(found, Call):
            waiting += found.arguments


def _names(node: Node) -> Iterator[Name]:
    return (found for found in parts(node) if isinstance(found, Name))


def named_fields(source: str) -> set[str]:
    """The names a formula uses."""
    return {found.name for found in _names(parse(source))}


@dataclass(frozen=True, slots=True)
class Named:
    """A formula with fields by name. ``moved``: (from, to) of each name in ``text``, and of the label it stands for in what was typed."""

    text: str
    moved: tuple[tuple[int, int, int, int], ...] = ()

    def typed(self, error: FormulaError) -> FormulaError:
        """``error`` with its place in the formula as it was typed."""
        start = self._back(error.position, 0)
        error.length = max(self._back(error.position + error.length, 1) - start, 0)
        error.position = start
        return error

    def _back(self, place: int, end: int) -> int:
        """A place in ``text`` → the place in what was typed; one inside a name is the beginning, or the end, of its label."""
        shift = 0
        for at, to, typed_at, typed_to in self.moved:
            if place >= to:
                shift = typed_to - to
            elif place > at:
                return typed_to if end else typed_at
        return place + shift


def with_names(source: str, labels: dict[str, str]) -> Named:
    """``source`` with fields given by label put by name, which a later change of the label does not touch."""
    text, moved, last = "", [], 0
    for found in sorted((n for n in _names(parse(source)) if n.braced), key=lambda n: n.at):
        name = labels.get(found.name)
        if name is not None:
            text += source[last : found.at]
            moved.append((len(text), len(text) + len(name), found.at, found.to))
            text, last = text + name, found.to
    return Named(text + source[last:], tuple(moved))
