"""What kind of data each column holds, and how long it is kept (P-6): said as ``holds`` of the model, beside its columns.

Keys, references, moments, counts and yes-or-no are internal without being named; whatever can hold words, dates, sums or bytes is
named, or a test fails. What is worked out of others (search terms) is as personal as the most personal of its table.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from django.contrib.postgres.fields import ArrayField
from django.db import models

from kemai.kit.words import T


class DataClass(StrEnum):
    """The four classes, the least confidential first."""

    PUBLIC = "public"
    INTERNAL = "internal"
    PERSONAL = "personal"
    SENSITIVE = "sensitive"


CLASS_WORDS = {
    DataClass.PUBLIC: T("公开", "Public"),
    DataClass.INTERNAL: T("内部", "Internal"),
    DataClass.PERSONAL: T("个人信息", "Personal"),
    DataClass.SENSITIVE: T("敏感", "Sensitive"),
}
_ORDER = list(DataClass)

#: How long rows stay. What is in the bin can be brought back and is kept like the rest, until it is erased on request.
WITH_RECORD = T("与记录同存，应请求删除", "As long as the record; erased on request")
WITH_COMPANY = T("系统使用期间", "As long as the system is used")
WITH_AUDIT = T(
    "审计保留期，不可修改；应请求抹去个人内容", "As long as the audit; personal content is erased on request"
)
WITH_PERSON = T("与账号同存", "As long as the account")
UNTIL_EXPIRY = T("到期自动删除", "Removed on its day of expiry")
BY_PARAMETER = T("按参数设定的天数自动删除", "Removed after the days a parameter sets")


def days(number: int) -> T:
    """Rows are removed so many days after they have served."""
    return T(f"{number} 天后自动删除", f"Removed after {number} days")


@dataclass(frozen=True, slots=True)
class Holds:
    """The classes of a model's columns, by name, and how long its rows are kept.

    ``derived``: columns worked out of others. ``sealed``: the sensitive ones kept encrypted (:mod:`kemai.base.sealing`), ``hashed``: those
    of which only a hash is kept; a sensitive column is one or the other.
    """

    kept: T | None = None
    public: str = ""
    internal: str = ""
    personal: str = ""
    sealed: str = ""
    hashed: str = ""
    derived: str = ""

    def named(self) -> dict[str, DataClass | None]:
        """Column → class; None for what is derived."""
        found: dict[str, DataClass | None] = {}
        for names, data_class in (
            (self.public, DataClass.PUBLIC),
            (self.internal, DataClass.INTERNAL),
            (self.personal, DataClass.PERSONAL),
            (f"{self.sealed} {self.hashed}", DataClass.SENSITIVE),
            (self.derived, None),
        ):
            found |= dict.fromkeys(names.split(), data_class)
        return found


#: Tables of libraries, which cannot say it themselves.
OF_LIBRARIES = {
    "procrastinate_jobs": Holds(days(7), internal="queue_name task_name lock args status queueing_lock"),
    "procrastinate_events": Holds(days(7), internal="type"),
    "procrastinate_workers": Holds(days(7)),
    "procrastinate_periodic_defers": Holds(WITH_COMPANY, internal="task_name periodic_id"),
    "django_migrations": Holds(WITH_COMPANY, internal="app name"),
}

_TELLING = (
    models.CharField,
    models.TextField,
    models.DateField,
    models.JSONField,
    models.DecimalField,
    models.FloatField,
    models.BinaryField,
    ArrayField,
)


def _said(model: type[models.Model]) -> list[Holds]:
    """What a model and its bases say, the nearest first."""
    found = [kind.__dict__["holds"] for kind in model.__mro__ if "holds" in kind.__dict__]
    library = OF_LIBRARIES.get(model._meta.db_table)
    return [library, *found] if library else found


def kept_for(model: type[models.Model]) -> T | None:
    """How long rows of the model are kept; None where nobody said it."""
    return next((holds.kept for holds in _said(model) if holds.kept), None)


@cache
def classes_of(model: type[models.Model]) -> dict[str, DataClass | None]:
    """Column → its class, for every column of the model's table; None for one nobody marked."""
    said: dict[str, DataClass | None] = {}
    for holds in reversed(_said(model)):
        said |= holds.named()
    derived = {name for name, data_class in said.items() if data_class is None}
    found: dict[str, DataClass | None] = {}
    for field in model._meta.concrete_fields:
        telling = isinstance(field, _TELLING) and not isinstance(field, models.DateTimeField) and not field.choices
        found[str(field.column)] = said.get(field.name) or (None if telling else DataClass.INTERNAL)
    highest = max((c for c in found.values() if c), key=_ORDER.index, default=DataClass.INTERNAL)
    return found | {name: min(highest, DataClass.PERSONAL, key=_ORDER.index) for name in derived if name in found}


def personal_columns(model: type[models.Model]) -> list[str]:
    """The columns that tell something of a person."""
    return [c for c, data_class in classes_of(model).items() if data_class in (DataClass.PERSONAL, DataClass.SENSITIVE)]


def protection_of(model: type[models.Model], column: str) -> str:
    """How a sensitive column is kept: ``sealed``, ``hashed``, or empty."""
    for holds in _said(model):
        for kind in ("sealed", "hashed"):
            if column in getattr(holds, kind).split():
                return kind
    return ""


@cache
def derived_columns(model: type[models.Model]) -> frozenset[str]:
    """The columns worked out of others, own fields' values excepted: those are what they are."""
    names = {name for holds in _said(model) for name in holds.derived.split()} - {"custom"}
    return frozenset(str(f.column) for f in model._meta.concrete_fields if f.name in names)
