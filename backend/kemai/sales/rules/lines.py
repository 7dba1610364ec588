"""What a product line comes to. Pure (SAL-2)."""

from __future__ import annotations

from decimal import Decimal

from kemai.kit.money import quantise


def compute_line(quantity: Decimal, price: Decimal, discount: Decimal, currency: str = "CNY") -> Decimal:
    """Amount of a line: quantity × price less ``discount`` percent, rounded to the currency's smallest unit once, at the end."""
    return quantise(quantity * price * (100 - discount) / 100, currency)
