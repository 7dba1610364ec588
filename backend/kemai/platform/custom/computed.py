"""Formulas and roll-ups put into the declarations, and the whole made known to :func:`get_object`."""

from __future__ import annotations

from kemai.platform.custom.definitions import Definitions, definitions, with_stored
from kemai.platform.objects.declare import ObjectType, extend_with


def effective(base: ObjectType) -> ObjectType:
    """``base`` with the administrator's fields, formulas and roll-ups included."""
    found = definitions()
    if not found.epoch:
        return base
    known = found.declarations.get(base.name)
    if known is None:
        known = found.declarations[base.name] = with_computed(found, base)
    return known


def with_computed(found: Definitions, base: ObjectType) -> ObjectType:
    return with_stored(found, base)


extend_with(effective)
