# One entry point for people, the hook and CI. Needs python3 (with venv), make and git; nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -q
RUN_STAMP := $(VENV)/.installed-run
DEV_STAMP := $(VENV)/.installed-dev
EDITION ?= open-2026
OUT ?= build/$(EDITION)
export PYTHONUTF8 := 1
# BLAS threads only get in each other's way on small matrices; the engine uses the cores itself.
export OPENBLAS_NUM_THREADS ?= 1

.PHONY: run test test-long check fix bench clean help translate docs lock
.DEFAULT_GOAL := help

help:  ## what there is
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## */\t/' | sort

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "stadtindex needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1). Try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 2; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	  echo "Creating the virtual environment failed. On Debian and Ubuntu install it first: apt install python3-venv"; exit 2; }

$(RUN_STAMP): requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing the locked libraries into $(VENV) …"
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-build-isolation --no-deps -e .
	@touch $@

$(DEV_STAMP): requirements-dev.lock pyproject.toml | $(BIN)/python
	@echo "Installing the locked libraries and development tools into $(VENV) …"
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@$(PIP) install --no-build-isolation --no-deps -e .
	@touch $@ $(RUN_STAMP)

run: $(RUN_STAMP)  ## install, compute the shipped edition from real data, print the ranking, verify the bundle
	@$(BIN)/stadtindex compute $(EDITION) --out $(OUT) --replace
	@$(BIN)/stadtindex verify $(OUT)

test: $(DEV_STAMP)  ## install and run every test
	@$(BIN)/python -m pytest -n 2

test-long: $(DEV_STAMP)  ## the same, with a thousand examples for every law
	@HYPOTHESIS_PROFILE=long $(BIN)/python -m pytest -n 2

check: $(DEV_STAMP)  ## formatter, linter, types, walls of the house, licences
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/reuse lint --quiet || $(BIN)/reuse lint

fix: $(DEV_STAMP)  ## let the formatter and linter mend what they can
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: $(DEV_STAMP)  ## the figures of docs/explanation/performance.md
	@$(BIN)/python -m pytest benchmarks -p no:xdist --benchmark-only -s

translate: $(DEV_STAMP)  ## take new messages of the interface into the German catalogue, then compile it
	@mkdir -p build
	@$(BIN)/pybabel -q extract --no-location --sort-output -k _ -o build/stadtindex.pot src/stadtindex/cli
	@$(BIN)/pybabel -q update -D stadtindex -i build/stadtindex.pot -d src/stadtindex/cli/locale -l de --no-wrap --no-fuzzy-matching --ignore-pot-creation-date
	@$(BIN)/pybabel -q compile -D stadtindex -d src/stadtindex/cli/locale

docs: $(DEV_STAMP)  ## write anew what is written from tests: the method pages, the list of laws
	@PYTHONPATH=tests/spec $(BIN)/python -m pages docs/reference/method
	@$(BIN)/python tests/project/laws_page.py

lock:  ## refresh the locks (developers only; needs uv)
	uv lock --upgrade
	uv export -q --format requirements-txt --no-header --no-annotate --no-emit-project --extra geo --no-default-groups --group build -o requirements.lock
	uv export -q --format requirements-txt --no-header --no-annotate --no-emit-project --all-extras --all-groups -o requirements-dev.lock

clean:  ## remove everything that was installed or built
	@rm -rf $(VENV) build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .benchmarks
