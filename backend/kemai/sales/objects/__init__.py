"""Declarations of the sales domain, in the order of the menu."""

from kemai.sales.objects import leads, opportunities, catalogue, follow_ups, parts, pipelines, transfers, web_forms  # isort: skip

__all__ = ["catalogue", "follow_ups", "leads", "opportunities", "parts", "pipelines", "transfers", "web_forms"]
