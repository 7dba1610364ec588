"""Home and manager pages."""

from ninja import Router

router = Router()
