"""What a card of the home page is, and the two shapes most are of: the first records of a list, and figures side by side (PLT-15)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kemai.accounts.access import Actor
from kemai.analytics.home.asking import Counter, Rows, answer
from kemai.kit.words import T
from kemai.platform.objects.read import line_of, list_page
from kemai.platform.objects.secrecy import readable_fields

FIRST = 8
"""Lines of a card; the rest is behind its address."""


NOTHING = T("暂时没有。", "Nothing here just now.")


def _nowhere(actor: Actor) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Card:
    """A card: what it is called and shows, who may have it, how it is read, and the page it opens (empty: none)."""

    code: str
    label: T
    about: T
    shape: str
    open_to: Callable[[Actor], bool]
    read: Callable[[Actor], Any]
    path: Callable[[Actor], str] = _nowhere
    empty: T = NOTHING
    """Said when there is nothing in it."""


# ---------------------------------------------------------------- records of a list


@dataclass(frozen=True, slots=True)
class Listing:
    """The first records of a list, in its order. ``sub``: fields said below the title; ``at``: the date, ``amount`` the sum, ``note`` any
    other figure at the end. ``due``: the date is one to keep."""

    rows: Rows
    sort: str
    sub: tuple[str, ...] = ()
    at: str = ""
    amount: str = ""
    note: str = ""
    due: bool = False

    def open_to(self, actor: Actor) -> bool:
        return self.rows.open_to(actor, fields=(self.rows.declaration.title,), sort=self.sort)

    def path(self, actor: Actor) -> str:
        return self.rows.path(actor)

    def read(self, actor: Actor) -> dict[str, Any]:
        declaration = self.rows.declaration
        readable = {f.name for f in readable_fields(actor, declaration)}
        sub = tuple(name for name in self.sub if name in readable)
        more = (self.at, self.amount, self._currency, self.note)
        wanted = dict.fromkeys((declaration.title, *sub, *(n for n in more if n in readable)))
        query = self.rows.query(actor, fields=tuple(wanted), sort=self.sort, limit=FIRST)
        items, following = list_page(actor, declaration, query)
        return {"items": [self._line(item, sub) for item in items], "more": following is not None, "due": self.due}

    @property
    def _currency(self) -> str:
        """The field that says in which currency ``amount`` is; empty where it is the company's."""
        return self.rows.declaration.by_name[self.amount].currency if self.amount else ""

    def _line(self, item: dict[str, Any], sub: tuple[str, ...]) -> dict[str, Any]:
        declaration = self.rows.declaration
        return {
            "id": item["id"],
            "object": declaration.name,
            "label": item[declaration.title],
            "path": f"/{declaration.name}/{item['id']}",
            "sub": line_of(declaration, sub, item),
            "at": item.get(self.at),
            "amount": item.get(self.amount),
            "currency": item.get(self._currency),
            "note": item.get(self.note),
        }


def listing_card(code: str, label: T, about: T, empty: T, listing: Listing, permission: str = "") -> Card:
    return Card(
        code,
        label,
        about,
        "rows",
        lambda actor: (not permission or actor.has(permission)) and listing.open_to(actor),
        listing.read,
        listing.path,
        empty,
    )


# ---------------------------------------------------------------- figures side by side


def figures_card(code: str, label: T, about: T, *figures: Counter, path: str = "", permission: str = "") -> Card:
    """Several figures with those of last month; each opens its own list."""

    def open_figures(actor: Actor) -> list[Counter]:
        return [f for f in figures if f.open_to(actor)]

    return Card(
        code,
        label,
        about,
        "figures",
        lambda actor: (not permission or actor.has(permission)) and bool(open_figures(actor)),
        lambda actor: {"figures": answer(actor, open_figures(actor))},
        lambda _: path,
    )
