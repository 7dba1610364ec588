"""Field types: one class each, and no ``if type ==`` anywhere else.

A type knows how a value comes in (JSON, spreadsheet cell), how it is compared in SQL, and how it goes out (text for exports).
"""

from __future__ import annotations

from kemai.platform.objects.types.base import (
    EXAMPLE,
    MISSING,
    OPERATORS,
    ORDERED,
    BadValue,
    CellContext,
    FieldType,
    Leaf,
)
from kemai.platform.objects.types.choice import Bool, Choice, Following, MultiChoice, Tags
from kemai.platform.objects.types.date import Date, Instant
from kemai.platform.objects.types.number import Integer, Money, Number, Percent, Rating, WholePercent
from kemai.platform.objects.types.place import File, Location
from kemai.platform.objects.types.reference import Department, Reference, Related, User
from kemai.platform.objects.types.text import Code, Email, LongText, Phone, Text, Url

TEXT, LONG_TEXT, NUMBER, INTEGER, PERCENT, MONEY = Text(), LongText(), Number(), Integer(), Percent(), Money()
WHOLE_PERCENT = WholePercent()
DATE, INSTANT, BOOL, CHOICE, MULTI_CHOICE, TAGS = Date(), Instant(), Bool(), Choice(), MultiChoice(), Tags()
USER, DEPARTMENT, REFERENCE, PHONE, EMAIL, URL, CODE = (
    User(),
    Department(),
    Reference(),
    Phone(),
    Email(),
    Url(),
    Code(),
)
RATING, LOCATION, FILE = Rating(), Location(), File()
RELATED, FOLLOWING = Related(), Following()

__all__ = [
    "BOOL",
    "CHOICE",
    "CODE",
    "DATE",
    "DEPARTMENT",
    "EMAIL",
    "EXAMPLE",
    "FILE",
    "FOLLOWING",
    "INSTANT",
    "INTEGER",
    "JSON",
    "LOCATION",
    "LONG_TEXT",
    "MISSING",
    "MONEY",
    "MULTI_CHOICE",
    "NUMBER",
    "OPERATORS",
    "ORDERED",
    "PERCENT",
    "PHONE",
    "RATING",
    "REFERENCE",
    "RELATED",
    "SQL",
    "TAGS",
    "TEXT",
    "URL",
    "USER",
    "WHOLE_PERCENT",
    "BadValue",
    "Bool",
    "CellContext",
    "Choice",
    "Code",
    "Date",
    "Department",
    "Email",
    "FieldType",
    "File",
    "Following",
    "Instant",
    "Integer",
    "Leaf",
    "Location",
    "LongText",
    "Money",
    "MultiChoice",
    "Number",
    "Percent",
    "Phone",
    "Rating",
    "Reference",
    "Related",
    "Tags",
    "Text",
    "Url",
    "User",
    "WholePercent",
]
