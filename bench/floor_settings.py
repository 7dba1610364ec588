"""The product's settings with nothing left but the database and the floor's views."""

from kemai.config.settings import *  # noqa: F403

MIDDLEWARE: list[str] = []
ROOT_URLCONF = "bench.floor"
