"""A percentage is the same figure in the interface, in a cell and in the column."""

from __future__ import annotations

from decimal import Decimal

import pytest

from kemai.kit.words import T
from kemai.platform.objects.declare import Field
from kemai.platform.objects.types import PERCENT, WHOLE_PERCENT, BadValue, CellContext

SHARE = Field("share", PERCENT, T("占比", "Share"))
CHANCE = Field("chance", WHOLE_PERCENT, T("赢率", "Chance"), minimum=0, maximum=100)
CONTEXT = CellContext({}, "Asia/Shanghai")


@pytest.mark.parametrize("cell", ["12.5%", "12.5％", " 12.5 % ", "12.5"])
def test_a_cell_reads_as_it_is_said(cell: str) -> None:
    assert PERCENT.parse(SHARE, PERCENT.from_cell(SHARE, cell, CONTEXT)) == Decimal("12.5")


def test_a_whole_one_is_an_integer() -> None:
    assert WHOLE_PERCENT.parse(CHANCE, "60") == 60
    assert isinstance(WHOLE_PERCENT.parse(CHANCE, "60"), int)
    with pytest.raises(BadValue):
        WHOLE_PERCENT.parse(CHANCE, "101")
