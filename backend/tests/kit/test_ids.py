"""Keys, and many of them."""

from __future__ import annotations

import pytest

from kemai.kit.ids import PackedIds, new_id


@pytest.mark.parametrize(("count", "sizes"), [(0, []), (1, [1]), (3, [3]), (4, [3, 1]), (7, [3, 3, 1])])
def test_many_keys_come_back_in_their_order(count: int, sizes: list[int]) -> None:
    """CUS-12: an export of a million rows keeps in mind what it took."""
    keys = [new_id() for _ in range(count)]
    packed = PackedIds()
    packed.append(new_id())
    packed.clear()
    for key in keys:
        packed.append(key)
    parts = list(packed.parts(3))
    assert len(packed) == count and [len(part) for part in parts] == sizes
    assert [key for part in parts for key in part] == keys
