# The routine of the project; `make help` lists it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help run test screenshots setup setup-run setup-tests check format

help:  ## list the routine
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /|/' | awk -F'|' '{printf "make %-14s %s\n", $$1, $$2}'

run: setup-run  ## install what the app needs and open it
	$(BIN)/streamlit run app.py

test: setup  ## install what the tests need and run every test, browser tests included
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	# What needs no browser is shared out among the cores; of browsers, each with its server, there are two at most.
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n auto --maxprocesses 4 --dist worksteal --ignore tests/e2e
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n auto --maxprocesses 2 --dist worksteal tests/e2e

screenshots: setup  ## take the pictures of the README and of the lecture map anew
	$(BIN)/python -m tests.screenshots

setup: setup-run setup-tests  ## set up app and tests without running anything

setup-run: $(VENV)/.run-ready  ## set up the app alone

setup-tests: $(VENV)/.tests-ready  ## set up the tests: packages and a Chromium

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info < (3, 14) else "Python 3.11 to 3.13 is needed, this is " + sys.version.split()[0])'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run-ready: requirements.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.tests-ready: tests/requirements.txt requirements.txt tests/chromium.sh | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r tests/requirements.txt
	sh tests/chromium.sh $(BIN)/python
	@touch $@

check:  ## lint and types only
	$(BIN)/ruff check .
	$(BIN)/mypy

format:  ## format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
