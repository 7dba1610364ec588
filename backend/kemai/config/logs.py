"""Logs: one line an event, no bodies, no values of variables, so that no personal datum gets into them (P-8)."""

from __future__ import annotations

import logging
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog


def where_not_what(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Of an error: its kinds and where it rose. Not its words: a database's error quotes the row it refused."""
    error = event.pop("exc_info", None)
    kinds = []
    places: list[str] = []
    while isinstance(error, BaseException):
        state = getattr(error, "sqlstate", None)
        kinds.append(f"{type(error).__name__}{f'[{state}]' if state else ''}")
        for frame in traceback.extract_tb(error.__traceback__):
            if "/kemai/" in frame.filename:
                places.append(f"{frame.filename.rsplit('/kemai/', 1)[1]}:{frame.lineno} {frame.name}")
        error = error.__cause__ or error.__context__
    if kinds:
        event.update(error=" < ".join(kinds), trace=" > ".join(places[-12:]))
    return event


def configure_logging(level: str) -> None:
    """Set up structlog and quiet Django's own lines about refused requests: the problem document says it already."""
    number = logging.getLevelName(level.upper())
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            where_not_what,
            structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number if isinstance(number, int) else logging.INFO),
    )
    logging.basicConfig(
        level=number if isinstance(number, int) else logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s %(message)s",
    )
    for noisy in ("django.security", "procrastinate"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    # The first says what the problem document says; the second quotes what a job was about, and ``config/hand.py`` says it without (P-8).
    for silent in ("django.request", "procrastinate.worker"):
        logging.getLogger(silent).setLevel(logging.CRITICAL)
