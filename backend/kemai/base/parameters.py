"""Numbers the business may tune, declared beside the rule that uses them; the settings page builds itself from the registry."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kemai.base.audit import Doer, act
from kemai.base.models import ParameterValue
from kemai.kit.clock import now
from kemai.kit.errors import Invalid, NotFound
from kemai.kit.words import T

NO_HELP = T("", "")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A tunable value. ``kind`` is ``int``, ``bool``, ``text`` or ``choice``; bounds are inclusive; None means no bound."""

    code: str
    kind: str
    default: Any
    label: T
    group: T
    help: T = NO_HELP
    minimum: int | None = None
    maximum: int | None = None
    choices: tuple[tuple[str, T], ...] = ()
    guard: Callable[[Any], None] | None = None
    """Raises where what is stored already forbids the new value."""

    def value(self) -> Any:
        """The value in force (seen by every process within a second of a change)."""
        return _values().get(self.code, self.default)

    def check(self, value: Any) -> Any:
        """``value`` if it fits, else :class:`Invalid`."""
        fits = {
            "int": isinstance(value, int) and not isinstance(value, bool),
            "bool": isinstance(value, bool),
            "text": isinstance(value, str) and len(value) <= 500,
            "choice": value in [c for c, _ in self.choices],
        }[self.kind]
        if fits and self.kind == "int":
            fits = (self.minimum is None or value >= self.minimum) and (self.maximum is None or value <= self.maximum)
        if not fits:
            raise Invalid.one(
                "value",
                "out_of_bounds",
                T("取值应在 {low} 到 {high} 之间。", "The value must lie between {low} and {high}."),
                low=self.minimum,
                high=self.maximum,
            )
        return value


_registry: dict[str, Parameter] = {}
_cache: tuple[float, dict[str, Any]] = (0.0, {})


def declare(parameter: Parameter) -> Parameter:
    """Register a parameter; its module keeps the returned object and asks it for ``value()``."""
    assert parameter.code not in _registry, parameter.code
    _registry[parameter.code] = parameter
    return parameter


def all_parameters() -> list[Parameter]:
    return sorted(_registry.values(), key=lambda p: p.code)


def _values() -> dict[str, Any]:
    global _cache
    if time.monotonic() - _cache[0] > 1:
        _cache = (time.monotonic(), dict(ParameterValue.objects.values_list("code", "value")))
    return _cache[1]


def forget_cache() -> None:
    """Read the table again at the next use."""
    global _cache
    _cache = (0.0, {})


def get_parameter(code: str) -> Parameter:
    """The declared parameter of that name; :class:`NotFound`."""
    found = _registry.get(code)
    if found is None:
        raise NotFound
    return found


def set_parameter(actor: Doer, *, code: str, value: Any) -> Parameter:
    """Change one parameter; audited with the old and the new value."""
    parameter = get_parameter(code)
    parameter.check(value)
    old = parameter.value()
    with act(actor, "parameter.set", object="parameters", data={"code": code, "old": old, "new": value}):
        if parameter.guard and value != old:
            parameter.guard(value)
        ParameterValue.objects.update_or_create(
            code=code, defaults={"value": value, "updated_at": now(), "updated_by": actor.id}
        )
    forget_cache()
    return parameter
