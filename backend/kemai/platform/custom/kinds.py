"""The types an administrator may give a field, and what each lets him settle."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from kemai.base.privacy import DataClass
from kemai.kit.words import T
from kemai.platform.objects import types
from kemai.platform.objects.types import FieldType


@dataclass(frozen=True)
class Kind:
    """A type of custom field. ``options`` are the settings that belong to it; ``computed`` ones hold no values."""

    name: str
    label: T
    type: FieldType | None
    options: tuple[str, ...] = ()
    sortable: bool = False
    target: str = ""
    computed: bool = False
    moving: str = ""
    """The word of the default that is worked out for each new record (:class:`Moving`); empty where there is none."""

    personal: bool = False
    """Whether what it holds is personal information until the administrator says otherwise (P-6)."""

    @property
    def data_class(self) -> DataClass:
        return DataClass.PERSONAL if self.personal else DataClass.INTERNAL

    @cached_property
    def may_be_unique(self) -> bool:
        return "unique" in self.options

    @cached_property
    def takes_default(self) -> bool:
        """Whether a plain value may be every new record's: not of what refers to something, or belongs to one record."""
        return self.type is not None and self.type.importable and not self.target and "target" not in self.options

    @cached_property
    def searchable(self) -> bool:
        return "searchable" in self.options


_NUMBERS = ("decimals", "min", "max")
_WORDS = ("max_length", "unique", "searchable")

KINDS: dict[str, Kind] = {
    k.name: k
    for k in (
        Kind("text", T("文本", "Text"), types.TEXT, _WORDS, sortable=True),
        Kind("long_text", T("多行文本", "Long text"), types.LONG_TEXT, ("max_length",), personal=True),
        Kind("number", T("数字", "Number"), types.NUMBER, (*_NUMBERS, "unique"), sortable=True),
        Kind("money", T("金额", "Amount"), types.MONEY, ("min", "max", "currency"), sortable=True),
        Kind("percent", T("百分比", "Percentage"), types.PERCENT, ("min", "max"), sortable=True),
        Kind("date", T("日期", "Date"), types.DATE, sortable=True, moving="today"),
        Kind("instant", T("日期时间", "Date and time"), types.INSTANT, sortable=True, moving="now"),
        Kind("bool", T("是/否", "Yes or no"), types.BOOL, sortable=True),
        Kind("choice", T("单选", "Choice"), types.CHOICE, ("choices", "dictionary"), sortable=True),
        Kind("multi_choice", T("多选", "Multiple choice"), types.MULTI_CHOICE, ("choices", "dictionary")),
        Kind("user", T("人员", "Person"), types.USER, sortable=True, target="users", moving="me"),
        Kind(
            "department",
            T("部门", "Department"),
            types.DEPARTMENT,
            sortable=True,
            target="departments",
            moving="my_department",
        ),
        Kind("reference", T("关联记录", "Reference"), types.REFERENCE, ("target",)),
        Kind("file", T("附件", "File"), types.FILE, personal=True),
        Kind("location", T("位置", "Location"), types.LOCATION, personal=True),
        Kind("phone", T("电话", "Telephone"), types.PHONE, ("unique",), sortable=True, personal=True),
        Kind("email", T("邮箱", "E-mail"), types.EMAIL, ("unique", "searchable"), sortable=True, personal=True),
        Kind("url", T("网址", "Web address"), types.URL, sortable=True),
        Kind("rating", T("评分", "Rating"), types.RATING, ("max",), sortable=True),
        Kind("formula", T("公式", "Formula"), None, ("formula", "decimals"), computed=True),
        Kind("rollup", T("汇总", "Roll-up"), None, ("rollup",), computed=True),
    )
}

#: Types that take over every value of another as it stands.
WIDENS = {("text", "long_text"), ("phone", "text"), ("email", "text"), ("url", "text")}
