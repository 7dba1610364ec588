"""How a kind of record is declared. Everything generic — list, detail, forms, filters, import, export, history, search, rights, API,
OpenAPI, contract tests — is read off these dataclasses (architecture.md 1.2)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db import connection

from kemai.accounts.access import Actor, Ownership
from kemai.base.currencies import in_base
from kemai.base.models import Record
from kemai.base.privacy import DataClass, classes_of
from kemai.kit.clock import now, today
from kemai.kit.errors import FieldError, NotFound
from kemai.kit.words import T
from kemai.platform.doubles.declare import Doubles, Merging
from kemai.platform.objects import types
from kemai.platform.objects.dictionaries import DictionaryItem, dictionary_items
from kemai.platform.quality.declare import Quality

#: Shown for every record, after the declared fields.
STAMPS = ("created_at", "created_by", "updated_at", "updated_by")


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a fixed choice: code in the API, words and colour on the screen."""

    value: str
    label: T
    color: str = "default"
    active: bool = True


@dataclass(frozen=True, slots=True)
class Moving:
    """A default worked out for each new record: ``today`` and ``now``, or ``me`` and ``my_department`` of whoever makes it."""

    word: str

    def of(self, actor: Actor) -> Any:
        match self.word:
            case "today":
                return today(actor.time_zone)
            case "now":
                return now()
            case "me":
                return None if actor.is_system else actor.id
            case _:
                return actor.department_id


@dataclass(frozen=True, slots=True)
class KeyLookup:
    """How records are found by a field's text although they are spelled otherwise: ``column`` holds what ``key_of(text)`` gives."""

    column: str
    key_of: Callable[[str], str]


@dataclass(frozen=True)
class Field:
    """One field of a kind of record.

    ``column``: the table's column (``<name>_id`` for references). ``sql``: a computed expression over alias ``t`` instead of a column.
    ``sort``: the column sorted by when it is not the field's own (a stored pinyin key). ``indexed``: an index serves filter and sort at
    any size; without it they are allowed on small scopes only (decisions.md 5). ``mask``: how the field is masked when a rule says so, else its type's way.
    ``secret_when``: SQL over ``t`` under which the value is masked unless the reader holds ``secret_unless`` (pool contacts).
    """

    name: str
    type: types.FieldType
    label: T
    column: str = ""
    sql: str = ""
    required: bool = False
    read_only: bool = False
    create_only: bool = False
    """Set on creation, changed afterwards by a command only; ``prepare`` refuses an edit and names the command."""
    section: str = "basic"
    quick: bool = False
    inline: bool = False
    choices: tuple[Choice, ...] = ()
    dictionary: str = ""
    target: str = ""
    targets: tuple[str, ...] = ()
    """A reference to any of these kinds; ``object_column`` holds which."""
    object_column: str = ""
    within: str = ""
    """Of a reference: a field that both kinds have (the customer of a deal and of a contact); the record referred to must have the same
    value in it, and pickers offer no others."""
    sort: str = ""
    sortable: bool = False
    indexed: bool = False
    narrow: bool = False
    """So few records share a value that a list bounded by one value is filtered by the reader's scope instead of being merged from
    the branches of it (a customer's contacts, a seller's deals)."""
    filterable: bool = True
    mask: str = ""
    sensitive: bool = False
    secret_when: str = ""
    secret_unless: str = ""
    max_length: int | None = None
    minimum: Decimal | int | None = None
    maximum: Decimal | int | None = None
    default: Any = None
    """A value, a callable, a :class:`Moving` one, or a parameter that says it."""
    currency: str = ""
    """Of an amount: the field that says in which currency each record has it."""
    rate: str = ""
    """Of an amount with ``currency``: SQL over ``t`` of what one unit is worth in the company's currency, which sums are in (PLT-7)."""
    worth: str = ""
    """Of such an amount: the field that has it in the company's currency."""
    help: T | None = None
    key: bool = False
    """Imports may find existing records, and cells referring to them, by this field."""
    lookup: KeyLookup | None = None
    importable: bool = True
    check: Callable[[str], str] | None = None
    aliases: tuple[str, ...] = ()
    prefill: str = ""
    """Of a command's parameter: the field of the record whose value it starts from on the screen."""
    asked: bool = True
    """Of a command's parameter: False where only a refusal asks for it (a gate's checklist), not the dialog."""
    data_class: str = ""
    """Of a custom field: what kind of data it holds (P-6). Of a declared one the model says it, beside the column."""
    custom: bool = False
    """Added by an administrator; ``column`` is ``custom.<key>``, which stands for a key of the column ``custom``."""
    extracted: str = ""
    """SQL over ``t`` of a value that lies inside another column (custom fields)."""
    unique: bool = False
    searchable: bool = False
    """Among the texts the record is found by, beside those the declaration names."""
    places: int | None = None
    currency_code: str = ""
    show_when: dict[str, Any] | None = None
    require_when: dict[str, Any] | None = None
    inputs: tuple[tuple[str, str], ...] = ()
    """(object, field) a computed value is made of: whoever may not read one of them does not read the value (ORG-3)."""

    @cached_property
    def stored(self) -> str:
        """The column written to, empty for computed fields."""
        if self.sql:
            return ""
        return self.column or (f"{self.name}_id" if isinstance(self.type, types.Reference) else self.name)

    @cached_property
    def expression(self) -> str:
        return self.sql or self.extracted or f"t.{self.stored}"

    @property
    def masking(self) -> str:
        """How it is masked where a rule says so (:mod:`secrecy`)."""
        return self.mask or self.type.masking

    @property
    def measured(self) -> str:
        """The SQL that is added up or compared across records: of amounts in several currencies what they are worth in the company's."""
        return in_base(self.expression, self.rate) if self.rate else self.expression

    @property
    def sort_expression(self) -> str:
        return f"t.{self.sort}" if self.sort else self.type.ranked(self, self.expression)

    @property
    def sort_indexed(self) -> bool:
        """Whether an index gives the records in this field's order."""
        return bool(self.sort) or (self.indexed and not self.type.rank_cast)

    def choice_items(self) -> list[DictionaryItem]:
        """The choices in order, from the dictionary where one is named."""
        if self.dictionary:
            return dictionary_items(self.dictionary)
        return [DictionaryItem(c.value, c.label, c.color, c.active) for c in self.choices]

    def choice_map(self) -> dict[str, T]:
        return {item.value: item.label for item in self.choice_items()}

    @cached_property
    def writable(self) -> bool:
        return not (self.read_only or self.sql)


@dataclass(frozen=True, slots=True)
class View:
    """A ready list: a filter, a sort, columns."""

    key: str
    label: T
    filter: dict[str, Any] | None = None
    sort: str = ""
    columns: tuple[str, ...] = ()
    layout: str = "table"


@dataclass(frozen=True, slots=True)
class Panel:
    """Related records on the detail page: those whose ``field`` points here."""

    key: str
    label: T
    object: str
    field: str
    columns: tuple[str, ...]
    create: bool = True
    tree: str = ""
    """The field by which the panel's records point to one another (who reports to whom): then they are drawn as a tree too."""


@dataclass(frozen=True, slots=True)
class Command:
    """A named verb with rules behind it.

    ``verb`` is the permission's last part; ``scope`` the permission that must reach the record (the verb's own by default).
    ``service(actor, record_id, **params)`` does it and may return an undo token. ``refusal(actor, row)`` says beforehand why it
    would be refused, from the record's own fields, by the same rule the service uses; None when it would not.
    """

    name: str
    label: T
    service: Callable[..., UUID | None]
    verb: str
    params: tuple[Field, ...] = ()
    refusal: Callable[[Actor, dict[str, Any]], T | None] | None = None
    reads: tuple[str, ...] = ()
    on: tuple[str, ...] = ("record",)
    icon: str = ""
    primary: bool = False
    danger: bool = False
    confirm: T | None = None
    scope: str = ""


@dataclass(slots=True)
class Draft:
    """One record about to be written: what was, what is asked for (by column), and what is wrong with it."""

    id: UUID
    old: dict[str, Any] | None
    values: dict[str, Any]
    errors: list[FieldError] = field(default_factory=list)

    def get(self, column: str) -> Any:
        """The value as it will be."""
        if column in self.values:
            return self.values[column]
        return self.old.get(column) if self.old else None

    def changed(self, column: str) -> bool:
        return column in self.values and (self.old is None or self.old.get(column) != self.values[column])

    def wrong(self, field_name: str, code: str, message: T, **params: Any) -> None:
        self.errors.append(FieldError(field_name, code, message, tuple(params.items())))


Hook = Callable[[Actor, list[Draft]], None]


@dataclass(frozen=True, slots=True)
class SearchLine:
    """What makes a record findable: ``texts`` by any fragment, ``phones`` by fragments where the reader may see them, ``exact`` whole."""

    texts: tuple[str, ...]
    phones: tuple[str, ...] = ()
    exact: tuple[str, ...] = ()
    person: bool = False
    global_search: bool = True


@dataclass(frozen=True, slots=True)
class TimelineSource:
    """Records of this kind appear in the timeline of what their ``anchors`` point to: anchor field → object."""

    anchors: tuple[tuple[str, str], ...]
    at: str
    title: str
    text: str
    data: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Board:
    """The board layout: columns by ``group``; sums of ``total``; kept figures where a table keeps them (:class:`KeptFigures`)."""

    group: str
    total: str
    lines: tuple[str, ...]
    move: str
    move_param: str
    scope: str
    columns: Callable[[Actor, UUID | None], list[dict[str, Any]]]
    figures: str = ""


@dataclass(frozen=True)
class ObjectType:
    """A kind of record. ``permission`` is the prefix of its permissions: ``<domain>.<noun>``."""

    name: str
    model: type[Record]
    label: T
    permission: str
    ownership: Ownership
    fields: tuple[Field, ...]
    title: str
    columns: tuple[str, ...]
    search: SearchLine
    title_en: str = ""
    """The field that names a record to readers of English where it is filled: for what an administrator names."""
    label_plural: T | None = None
    description: T | None = None
    icon: str = ""
    sections: tuple[tuple[str, T], ...] = (("basic", T("基本信息", "Basics")),)
    default_sort: str = "-updated_at"
    subtitle: tuple[str, ...] = ()
    quick_filters: tuple[str, ...] = ()
    views: tuple[View, ...] = ()
    panels: tuple[Panel, ...] = ()
    commands: tuple[Command, ...] = ()
    facts: tuple[str, ...] = ()
    path_field: str = ""
    board: Board | None = None
    timeline: bool = False
    composer: tuple[str, ...] = ()
    timeline_source: TimelineSource | None = None
    prepare: Hook | None = None
    after: Hook | None = None
    gone_or_back: Callable[[Actor, list[UUID]], None] | None = None
    """Runs after records went to the bin or came back, in the same act: for figures other records keep of them."""
    opened: Callable[[Actor, dict[str, Any]], None] | None = None
    """Runs when somebody opens a record, with what he is about to read; a refusal keeps it from him (quotas)."""
    can_create: bool = True
    can_delete: bool = True
    can_import: bool = True
    stays: Callable[[dict[str, Any]], T | None] | None = None
    """Why a record is not deleted any more, from its own columns ``stays_reads``; None where it may be. With its parent it goes all the same."""
    stays_reads: tuple[str, ...] = ()
    shareable: bool = False
    menu: bool = True
    children: tuple[tuple[str, str], ...] = ()
    """(object, field): records that go to the bin, and come back, with this one."""
    verbs: tuple[tuple[str, T], ...] = ()
    """Permissions beyond the common ones and the commands'."""
    in_use: tuple[tuple[str, str], ...] = ()
    """(table, column): living rows there that point to a record keep it from being deleted."""
    unique: tuple[tuple[str, str, T], ...] = ()
    """(constraint, field, words): what to say when the database refuses a double."""
    doubles: Doubles | None = None
    """By what two records are recognised as one (CUS-9)."""
    merging: Merging | None = None
    """How two records become one; None where they cannot."""
    quality: Quality | None = None
    """What a good record holds (CUS-10)."""
    epoch: int = 0
    """Which state of the administrator's definitions this declaration was made with (:func:`extend_with`)."""

    @property
    def stamp(self) -> tuple[str, int]:
        """Name and state of definitions: what a compiled statement's key names the declaration by."""
        return (self.name, self.epoch)

    @cached_property
    def table(self) -> str:
        return self.model._meta.db_table

    @cached_property
    def by_name(self) -> dict[str, Field]:
        following = (following_field(self.name),) if self.followable else ()
        return {f.name: f for f in (*self.fields, *STAMP_FIELDS, *following)}

    @property
    def followable(self) -> bool:
        """People follow what they work with; what administrators set up is not followed."""
        return self.menu

    @cached_property
    def all_views(self) -> tuple[View, ...]:
        """The declared views, and what one follows."""
        if not self.followable or not self.views:
            return self.views
        first, *others = self.columns
        return (*self.views, replace(FOLLOWED, columns=(first, "following", *others)))

    @cached_property
    def by_column(self) -> dict[str, Field]:
        return {f.stored: f for f in self.fields if f.stored}

    @cached_property
    def custom_fields(self) -> tuple[Field, ...]:
        """The administrator's fields that hold values of their own (no formulas)."""
        return tuple(f for f in self.fields if f.custom and f.stored)

    @cached_property
    def command_map(self) -> dict[str, Command]:
        return {c.name: c for c in self.commands}

    @property
    def plural(self) -> T:
        return self.label_plural or self.label

    @property
    def path(self) -> str:
        return f"/{self.name}"

    def perm(self, verb: str) -> str:
        return f"{self.permission}.{verb}"

    @cached_property
    def defaults(self) -> list[tuple[str, Any]]:
        """(column, default) of every field a new record is given; one that is no value is worked out for each record."""
        return [
            (f.stored, f.type.empty if f.default is None else f.default) for f in self.fields if f.stored and f.writable
        ]

    @cached_property
    def column_types(self) -> dict[str, str]:
        """Column → PostgreSQL type, for casts of cursor values."""
        return {str(f.column): str(f.db_type(connection)) for f in self.model._meta.concrete_fields}

    def type_of(self, field: Field) -> str:
        """The PostgreSQL type of what :attr:`Field.expression` gives."""
        return self.column_types.get(field.stored) or field.type.cast.removeprefix("::")

    @cached_property
    def nullable(self) -> set[str]:
        found = {str(f.column) for f in self.model._meta.concrete_fields if f.null}
        return found | {f.stored for f in self.custom_fields if f.type.empty is None}

    def data_class_of(self, field: Field) -> DataClass:
        """What kind of data the field holds (P-6); of a computed one what its table holds at most."""
        if field.data_class:
            return DataClass(field.data_class)
        return classes_of(self.model).get(field.stored or "custom") or DataClass.INTERNAL

    def leads(self, column: str, sort: str) -> bool:
        """Whether an index gives the records with one value of ``column`` in the order of the column ``sort``."""
        return (column, sort) in self._ordered

    @cached_property
    def _ordered(self) -> frozenset[tuple[str, str]]:
        def column(name: str) -> str:
            return str(getattr(self.model._meta.get_field(name), "column", ""))

        orders = [index.fields_orders for index in self.model._meta.indexes if len(index.fields_orders) > 1]
        return frozenset((column(order[0][0]), column(order[1][0])) for order in orders)

    def may_be_null(self, field: Field) -> bool:
        """Whether sorting by the field meets nulls."""
        if field.sort:
            return field.sort in self.nullable
        return not field.stored or field.stored in self.nullable or bool(field.type.rank_cast)


STAMP_FIELDS = (
    Field(
        "created_at",
        types.INSTANT,
        T("创建时间", "Created"),
        read_only=True,
        sortable=True,
        indexed=True,
        importable=False,
    ),
    Field(
        "created_by",
        types.USER,
        T("创建人", "Created by"),
        column="created_by",
        target="users",
        read_only=True,
        importable=False,
    ),
    Field(
        "updated_at",
        types.INSTANT,
        T("更新时间", "Updated"),
        read_only=True,
        sortable=True,
        indexed=True,
        importable=False,
    ),
    Field(
        "updated_by",
        types.USER,
        T("更新人", "Updated by"),
        column="updated_by",
        target="users",
        read_only=True,
        importable=False,
    ),
)

FOLLOWED = View("following", T("我关注的", "Followed"), {"field": "following", "op": "eq", "value": True})


def following_field(object_name: str) -> Field:
    """Whether the reader follows the record. The keys come as one array, so that a list of them goes by the primary key."""
    return Field(
        "following",
        types.FOLLOWING,
        T("关注", "Following"),
        sql="(t.id = ANY(ARRAY(SELECT w.record_id FROM platform_follow w "
        f"WHERE w.user_id = %(me)s AND w.object = '{object_name}')))",
        read_only=True,
        indexed=True,
        importable=False,
    )


COMMON_VERBS: tuple[tuple[str, T], ...] = (
    ("view", T("查看", "View")),
    ("create", T("新建", "Create")),
    ("edit", T("编辑", "Edit")),
    ("delete", T("删除", "Delete")),
    ("import", T("导入", "Import")),
    ("export", T("导出", "Export")),
    ("share", T("共享", "Share")),
    ("reveal", T("查看明文", "Show masked values")),
)

_registry: dict[str, ObjectType] = {}


def register(declaration: ObjectType) -> ObjectType:
    """Make a kind of record known; called once by each ``objects.py`` when its app is ready."""
    assert declaration.name not in _registry, declaration.name
    _registry[declaration.name] = declaration
    return declaration


def contribute(
    name: str,
    *,
    panels: tuple[Panel, ...] = (),
    commands: tuple[Command, ...] = (),
    children: tuple[tuple[str, str], ...] = (),
) -> None:
    """Add what a higher domain keeps of these records to a declaration registered before (extension point): panels on the detail
    page, commands, records that go to the bin with them."""
    found = _registry[name]
    _registry[name] = replace(
        found,
        panels=(*found.panels, *panels),
        commands=(*found.commands, *commands),
        children=(*found.children, *children),
    )


def _as_declared(declaration: ObjectType) -> ObjectType:
    return declaration


_extend: Callable[[ObjectType], ObjectType] = _as_declared


def extend_with(extend: Callable[[ObjectType], ObjectType]) -> None:
    """What turns a declaration of code into the one in force: the administrator's fields are added to it at every look."""
    global _extend
    _extend = extend


def get_object(name: str) -> ObjectType:
    """The declaration called ``name`` as it is in force; :class:`NotFound` for a name nobody declared."""
    return _extend(declared_object(name))


def declared_object(name: str) -> ObjectType:
    """The declaration called ``name`` as code states it; asks no database."""
    found = _registry.get(name)
    if found is None:
        raise NotFound
    return found


def all_objects() -> list[ObjectType]:
    """In order of registration: the order of menus and of global search."""
    return [_extend(found) for found in _registry.values()]


def declared_objects() -> list[ObjectType]:
    """The declarations as code states them, for what holds of every installation (addresses, OpenAPI). Asks no database."""
    return list(_registry.values())


def permissions_of(declaration: ObjectType) -> list[tuple[str, T]]:
    """Every permission a kind of record has, with its words."""
    found: dict[str, T] = {}
    for verb, label in COMMON_VERBS:
        wanted = {
            "create": declaration.can_create,
            "delete": declaration.can_delete,
            "import": declaration.can_import,
            "share": declaration.shareable,
        }
        if wanted.get(verb, True):
            found[verb] = label
    for command in declaration.commands:
        found.setdefault(command.verb, command.label)
    found.update(dict(declaration.verbs))
    return [(declaration.perm(verb), label) for verb, label in found.items()]
