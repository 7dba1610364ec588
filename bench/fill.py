"""``python -m bench.fill N``: the generator in a process of its own, on a freshly migrated database."""

import sys

import django

django.setup()

from bench.generate import generate  # noqa: E402 -- needs Django

if __name__ == "__main__":
    generate(int(sys.argv[1]), lambda line: print(line, flush=True))
