"""Declarations of the customer domain; importing them registers them, in the order of menus and search."""

from kemai.customers.objects import customers, followers, needs, pools

__all__ = ["customers", "followers", "needs", "pools"]
