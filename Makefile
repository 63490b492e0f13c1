# On a machine with python3 and make, `make run` serves Cinegraph and `make test` tests it; each sets up what it needs.

PYTHON ?= python3
export PYTHON

.DEFAULT_GOAL := help
# Two targets at once would install into one .venv at once.
.NOTPARALLEL:
.PHONY: help run test check lint format types install graphiql clients lock audit growth clean

help:
	@echo 'make run      serve a sample catalogue at http://127.0.0.1:8000/graphql'
	@echo 'make test     run the tests, on SQLite and on MariaDB'
	@echo 'make check    lint, types and tests: what a change has to pass'
	@echo 'make faults   kill, cut off and fill up what Cinegraph stands on, under load (five minutes)'
	@echo 'make soak     half an hour of mixed traffic, with plots (MINUTES=30)'
	@echo 'make growth   what a request costs at 0.1, 1 and 10 million ratings, with a plot (FOLDER=ml-latest-small, of MovieLens)'
	@echo 'make fuzz     send operations made up from the schema, in search of server errors (CASES=300)'
	@echo 'make install  make .venv with everything that runs and tests the project'
	@echo 'make graphiql bundle GraphiQL, so that its page needs nothing from elsewhere (with npm)'
	@echo 'make clients  generate clients from the schema and run them, and hold the schema to its rules (with npm)'
	@echo 'make format   put the code into its standard layout'
	@echo 'make lock     choose versions anew after a change of dependencies in pyproject.toml'
	@echo 'make audit    look the locked versions up among the known vulnerabilities'
	@echo 'make sbom     write the bill of materials, .venv/sbom.json, from the lock file'
	@echo 'make clean    remove .venv and every cache'

run: .venv/.runs graphiql
	.venv/bin/python server.py serve --demo

test:
	.ci/system-packages
	@$(MAKE) --no-print-directory install
	.venv/bin/python -m pytest

check: lint types test

faults: install
	.ci/system-packages
	.venv/bin/python -m pytest tests/faults

MINUTES ?= 30
soak: install
	.ci/system-packages
	.venv/bin/python -m tests.faults.soak --minutes $(MINUTES)

growth: install
	.ci/system-packages
	.venv/bin/python -m tests.benchmarks.growth $(FOLDER)

CASES ?= 300
fuzz: install
	.ci/system-packages
	CASES=$(CASES) .venv/bin/python -m pytest tests/fuzz

lint: install
	.venv/bin/python -m ruff check .
	.venv/bin/python -m ruff format --check .

format: install
	.venv/bin/python -m ruff check --fix .
	.venv/bin/python -m ruff format .

types: install
	.venv/bin/python -m mypy

install: .venv/.tests graphiql

# The two marks say which lock file .venv holds; the larger one holds all of the smaller one.
.venv/.runs: requirements.lock
	.ci/install requirements.lock
	@touch .venv/.runs

.venv/.tests: requirements.lock requirements-dev.lock
	.ci/install requirements-dev.lock
	@touch .venv/.runs .venv/.tests

# Bundled once, and again when its sources or pinned versions change. Without the bundle the server serves the stock page.
GRAPHIQL = schema/transport/graphiql
graphiql: $(GRAPHIQL)/dist/app.js

$(GRAPHIQL)/dist/app.js: $(addprefix $(GRAPHIQL)/,app.js build.js dist.sha256 icon.svg package-lock.json page.css)
	@if ! command -v npm >/dev/null 2>&1; then \
	    echo 'GraphiQL is not bundled, for npm is missing: its page will load its scripts from a CDN'; \
	elif echo 'Bundling GraphiQL' && cd $(GRAPHIQL) && npm ci --ignore-scripts --loglevel=error >/dev/null && npm run --silent build; then \
	    rm -rf node_modules; \
	else \
	    echo 'GraphiQL could not be bundled: its page will load its scripts from a CDN' >&2; \
	fi

# The generated clients and the schema's checkers have environments of their own, locked in their folder.
CLIENTS = tests/clients
clients: install $(CLIENTS)/node_modules/.installed $(CLIENTS)/.venv/.installed
	.venv/bin/python -m pytest -m clients tests/test_clients.py tests/test_schema_file.py

$(CLIENTS)/node_modules/.installed: $(CLIENTS)/package-lock.json
	@command -v npm >/dev/null 2>&1 || { echo 'The generated clients need Node.js 20.19 or newer, and there is no npm here: install it and try again.' >&2; exit 1; }
	cd $(CLIENTS) && npm ci --ignore-scripts --loglevel=error
	@touch $@

$(CLIENTS)/.venv/.installed: $(CLIENTS)/requirements.lock
	.ci/install $(CLIENTS)/requirements.lock $(CLIENTS)/.venv
	@touch $@

lock: install
	.ci/lock

audit: install
	.venv/bin/python -m pip_audit --disable-pip --require-hashes --requirement requirements.lock

sbom: install
	.venv/bin/python -m cyclonedx_py requirements --pyproject pyproject.toml --output-reproducible --output-file .venv/sbom.json requirements.lock

clean:
	rm -rf $(GRAPHIQL)/dist $(GRAPHIQL)/node_modules
	rm -rf $(CLIENTS)/.generated $(CLIENTS)/.venv $(CLIENTS)/node_modules
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
