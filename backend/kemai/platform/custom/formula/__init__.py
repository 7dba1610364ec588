"""The language of computed fields: read (:mod:`parse`), checked and turned into SQL (:mod:`compile`). PLT-14."""

from kemai.platform.custom.formula.compile import Compiled, compile_formula
from kemai.platform.custom.formula.parse import (
    Call,
    FormulaError,
    Name,
    Named,
    Node,
    Number,
    named_fields,
    parse,
    parts,
    with_names,
)

__all__ = [
    "Call",
    "Compiled",
    "FormulaError",
    "Name",
    "Named",
    "Node",
    "Number",
    "compile_formula",
    "named_fields",
    "parse",
    "parts",
    "with_names",
]
