"""Logs: one line an event, no bodies, no values of variables, so that no personal datum gets into them (P-8)."""

from __future__ import annotations

import logging

import structlog


def configure_logging(level: str) -> None:
    """Set up structlog and quiet Django's own lines about refused requests: the problem document says it already."""
    number = logging.getLevelName(level.upper())
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number if isinstance(number, int) else logging.INFO),
    )
    logging.basicConfig(
        level=number if isinstance(number, int) else logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s %(message)s",
    )
    for noisy in ("django.request", "django.security", "procrastinate"):
        logging.getLogger(noisy).setLevel(logging.CRITICAL if noisy == "django.request" else logging.WARNING)
