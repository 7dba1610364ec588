"""Declarations of the customer domain; importing them registers them, in the order of menus and search."""

from kemai.customers.objects import customers, followers, pools

__all__ = ["customers", "followers", "pools"]
