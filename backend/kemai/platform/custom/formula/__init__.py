"""The language of computed fields: read (:mod:`parse`), checked and turned into SQL (:mod:`compile`). PLT-14."""

from kemai.platform.custom.formula.compile import Compiled, compile_formula
from kemai.platform.custom.formula.parse import FormulaError, Named, named_fields, parse, with_names

__all__ = ["Compiled", "FormulaError", "Named", "compile_formula", "named_fields", "parse", "with_names"]
