# The tasks of this repository. `make` alone lists them; each sets up what it needs, once.
#
# PYTHON      the Python (3.11 or newer) that the virtual environment is made from
# DEMO        the folder of `make demo`
# PYTEST_ARGS more arguments for pytest, for example: make test PYTEST_ARGS="tests/cli -x"
# BENCH_ARGS  arguments for the bench, for example: make bench BENCH_ARGS="--events 1_000_000 --peers parcours,duckdb"

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
DEMO ?= demo
PYTEST_ARGS ?=
BENCH_ARGS ?= --events 10_000_000 --peers all
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
PIP_INSTALL := $(PIP) install --quiet --constraint constraints.txt
PYTHON_FILES := src tests bench tools

.PHONY: help
help: ## list the tasks
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: demo
demo: .venv/.product ## build workspaces, measure them, write maps, journeys and posters, and tell their stories
	@$(BIN)/parcours demo $(DEMO)/grocery --data grocery --replace
	@echo
	@$(BIN)/parcours demo $(DEMO)/giftshop --data giftshop --replace
	@echo
	@$(BIN)/parcours demo $(DEMO)/shop --data shop --replace

.PHONY: test
test: lint .venv/.tools chromium java ## run the linters and every test, with coverage
	@$(BIN)/pytest -n 2 --dist loadgroup --cov --cov-report=term $(PYTEST_ARGS)

.PHONY: lint
lint: .venv/.tools ## check style, types and the layers
	@$(BIN)/ruff check $(PYTHON_FILES)
	@$(BIN)/ruff format --check $(PYTHON_FILES)
	@$(BIN)/mypy
	@$(BIN)/lint-imports

.PHONY: format
format: .venv/.tools ## put the code in the one style
	@$(BIN)/ruff check --fix $(PYTHON_FILES)
	@$(BIN)/ruff format $(PYTHON_FILES)

.PHONY: bench
bench: .venv/.tools .venv-peers/.made ## measure speed and memory beside other products (BENCH_ARGS, see bench/README.md)
	@$(BIN)/python -m bench $(BENCH_ARGS)

.PHONY: docs
docs: .venv/.tools chromium ## write the reference pages and the README's picture anew
	@$(BIN)/python tools/make_reference.py
	@$(BIN)/python tools/make_picture.py

.PHONY: clean
clean: ## remove the virtual environment, caches and the demo
	@rm -rf .venv .venv-peers .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage* "$(DEMO)" out

# ---- what the tasks stand on: made once, and again only when the files they depend on change

.venv/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	  || { echo "error: Parcours needs Python 3.11 or newer, and '$(PYTHON)' is not. Name one: make PYTHON=python3.12" >&2; exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
	  || { echo "error: '$(PYTHON)' cannot make virtual environments. On Debian: apt-get install python3-venv" >&2; exit 2; }
	@echo "Making .venv with $$($(PYTHON) --version) …"
	@$(PYTHON) -m venv .venv
	@touch $@

.venv/.product: .venv/.made pyproject.toml constraints.txt
	@echo "Installing Parcours …"
	@$(PIP_INSTALL) pip
	@$(PIP_INSTALL) --build-constraint constraints.txt --editable .
	@touch $@

.venv/.tools: .venv/.product
	@echo "Installing the tools for tests …"
	@$(PIP_INSTALL) --group dev
	@touch $@

# Peers that bring many packages of their own, one of them a tracker, which the bench never loads.
.venv-peers/.made: pyproject.toml constraints.txt
	@$(PYTHON) -m venv .venv-peers
	@.venv-peers/bin/python -m pip --disable-pip-version-check install --quiet --constraint constraints.txt pip
	@.venv-peers/bin/python -m pip --disable-pip-version-check install --quiet --constraint constraints.txt --group bench-apart
	@touch $@

.PHONY: chromium
chromium:
	@if [ -n "$${CHROMIUM:-}" ] || command -v chromium chromium-browser google-chrome >/dev/null; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "Installing Chromium …"; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium </dev/null >/dev/null; \
	else \
	  echo "error: the tests of pages need Chromium. Install your system's package 'chromium', or set CHROMIUM to its path." >&2; exit 2; \
	fi

.PHONY: java
java:
	@if [ "$$(java -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p')" -ge 17 ] 2>/dev/null; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "Installing Java 17 …"; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq openjdk-17-jre-headless </dev/null >/dev/null; \
	else \
	  echo "error: the tests of Spark need Java 17 or newer. Install your system's package, on Debian 'openjdk-17-jre-headless'." >&2; exit 2; \
	fi
