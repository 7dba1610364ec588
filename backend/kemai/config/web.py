"""Granian with our settings, in three shapes: everything on one port, the application alone, the stream alone."""

from __future__ import annotations

import importlib
import os
import signal
from typing import Any, Literal

import django
from granian.constants import HTTPModes, Interfaces, Loops
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import Server

from kemai.config.env import Environment
from kemai.config.processes import die_with_parent

Shape = Literal["all", "web", "stream"]

TARGETS = {
    "all": "kemai.config.asgi:application",
    "web": "kemai.config.wsgi:application",
    "stream": "kemai.config.stream:application",
}
HEADER_SECONDS = 20
BACKLOG = 2048
OPEN_STREAMS = 4096
"""Requests at once in a worker. An open event stream is one for as long as it lasts."""


def serve(env: Environment, shape: Shape) -> None:
    """Serve until SIGTERM or SIGINT."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kemai.config.settings")
    is_wsgi = shape == "web"
    # At "warning" granian's own chatter about workers coming and going stays out of the log.
    level = LogLevels(env.log_level) if env.log_level in LogLevels.__members__ else LogLevels.info
    server = Server(
        TARGETS[shape],
        address=env.bind,
        port=env.port,
        interface=Interfaces.WSGI if is_wsgi else Interfaces.ASGI,
        workers=1 if shape == "stream" else env.workers,
        # One thread runs Python at a time anyway; more only switch between half-done requests.
        blocking_threads=1,
        loop=Loops.auto,
        http=HTTPModes.http1,
        websockets=False,
        backlog=BACKLOG,
        backpressure=None if is_wsgi else OPEN_STREAMS,
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_SECONDS * 1000, max_buffer_size=64 * 1024),
        log_level=LogLevels.warning if level == LogLevels.info else level,
        respawn_failed_workers=True,
        respawn_interval=0.2,
        # Open streams never end by themselves; clients come back with Last-Event-ID.
        workers_kill_timeout=2,
    )
    server.serve(target_loader=load)


def load(target: str) -> Any:
    """In a fresh worker: bind its life to its parent's, then import the application."""
    die_with_parent(signal.SIGKILL)
    django.setup()
    module, _, name = target.partition(":")
    return getattr(importlib.import_module(module), name)
