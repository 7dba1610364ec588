# Kemai needs Python 3.11 or newer with its venv module, make and git; everything else is fetched with locked hashes.
#   make run     serve everything on this machine       make dev     the same, reloading on change
#   make test    everything that CI checks              make check   its fast part
#   make bench N=100000                                 make front   build the screens

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
N ?= 100000
BIN := .venv/bin
DONE := .make
LOCKS := backend/requirements/uv.txt backend/requirements/dev.txt
APP := backend/kemai/static/app
# PORT, DATABASE_URL, DEMO and the rest reach the command whether given as `PORT=8001 make run` or `make run PORT=8001`.
export PORT DATABASE_URL DATABASE_DIRECT_URL DEMO KEMAI_DATA
# Compiled code is kept even where the surroundings say otherwise, as images of Python do: every start and every run needs it.
export PYTHONDONTWRITEBYTECODE =

.PHONY: help run dev node check test bench front front-check install lint types contracts unit e2e journey browser screens audit lock front-lock clean nightly

help:
	@sed -n '2,4s/^# \{0,1\}//p' Makefile

run: install front
	@exec ./kemai up

dev: install node
	@exec ./kemai up --reload

# --- environment: stamps are named by the hash of what they were made from, so a second run does nothing

stamp = $(DONE)/$(1)-$(shell cat $(2) 2>/dev/null | sha256sum | cut -c1-16)
INSTALLED := $(call stamp,install,$(LOCKS) backend/pyproject.toml)

install: $(INSTALLED)

$(INSTALLED):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Kemai needs Python 3.11 or newer; name one with PYTHON=python3.12."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
	  || { echo "Python's venv module is missing. On Debian: apt-get install python3-venv"; exit 1; }
	@echo "Setting up the environment …"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r backend/requirements/uv.txt
	@$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes --allow-empty-requirements $(LOCKS)
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable backend
	@mkdir -p $(DONE) && rm -f $(DONE)/install-* && touch $@

# --- screens

front: install
	@$(BIN)/python backend/tools/front.py build

front-check: install
	@$(BIN)/python backend/tools/front.py check

node: install
	@$(BIN)/python backend/tools/front.py install

# --- checks

lint: install
	@cd backend && ../$(BIN)/ruff check . && ../$(BIN)/ruff format --check --quiet .

types: install
	@cd backend && KEMAI_DATA=$${TMPDIR:-/tmp}/kemai-types ../$(BIN)/mypy

contracts: install
	@cd backend && ../$(BIN)/lint-imports --no-logo

check: lint types contracts front-check

unit: install
	@cd backend && ../$(BIN)/pytest -n 2 --dist loadgroup -q

browser:
	@$(PYTHON) backend/tools/browser.py

e2e: install front browser
	@if ls e2e/test_*.py >/dev/null 2>&1; then $(BIN)/pytest -q -n 2 --dist loadfile -c backend/pyproject.toml --rootdir=. e2e; \
	 else echo "No browser journeys yet."; fi

journey: install front browser
	@KEMAI_JOURNEY_ROWS=20000 $(BIN)/pytest -q -c backend/pyproject.toml --rootdir=. e2e/test_shaping.py --durations=10

screens: install front browser
	@$(BIN)/python e2e/screens.py

test: check unit e2e

# The long forms, with their seconds and figures in the last lines; the short ones beside them, since only all reach every operation (B-1).
nightly: install front browser
	@cd backend && KEMAI_EVERY_OPERATION=1 ../$(BIN)/pytest -n 2 --dist loadgroup -q -m "nightly or not nightly"
	@$(BIN)/pytest -q -c backend/pyproject.toml --rootdir=. e2e -m nightly --durations=0 --durations-min=1

# Ends with an error, too, where a service that knows of advisories does not answer: that is not checked, not clean.
audit: node
	@$(BIN)/python backend/tools/audit.py

bench: install front
	@PYTHONPATH=backend:. $(BIN)/python -m bench $(N)

# --- upkeep

lock: install
	@cd backend/requirements && for name in dev base uv; do \
	  ../../$(BIN)/uv pip compile --quiet --generate-hashes --no-emit-index-url --no-annotate --no-header $(UPGRADE) \
	    $$name.in -o $$name.txt $$([ $$name = base ] && echo "-c dev.txt"); done

front-lock: install
	@$(BIN)/python backend/tools/front.py lock

clean:
	rm -rf .venv $(DONE) $(APP) frontend/node_modules
