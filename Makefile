# The commands of the README. `make up` and `make test` are all that a fresh machine needs.
PYTHON ?= python3
VENV := .venv
# What is imported is kept compiled, so that every start is quick; some machines switch that off.
COMPILED := PYTHONDONTWRITEBYTECODE=
BIN := $(VENV)/bin
RUN := $(VENV)/.run
DEV := $(VENV)/.dev
PYTEST := $(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder

.PHONY: up test faults check bench drill district district-down lock

up: $(RUN)
	$(BIN)/tanggap up --demo

test: $(DEV)
	@infra/test-needs
	$(COMPILED) $(BIN)/python -m compileall -q services tests
	$(PYTEST)

# What waits for servers that are away, for disks and for what was lost, longer than it works.
faults: $(DEV)
	@infra/test-needs
	$(COMPILED) $(BIN)/python -m compileall -q services tests
	$(PYTEST) tests/faults

check: $(DEV)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m services.kernel.contracts.generate check
	$(BIN)/python -m services.kernel.web.catalogue check
	$(BIN)/python -m services.main.check_permissions
	$(BIN)/python -m services.main.check_secrets
	$(BIN)/python -m services.main.check_dependencies

bench: $(DEV)
	@infra/test-needs
	$(COMPILED) $(BIN)/python -m compileall -q services
	$(BIN)/python -m tests.bench $(NAME)

drill: $(DEV)
	@infra/test-needs
	@$(if $(or $(filter partition,$(NAME)),$(if $(NAME),,all)),infra/drill-needs)
	$(BIN)/python -m tests.drills $(NAME) --runs $(or $(RUNS),3) --seed $(or $(SEED),1) $(if $(SABOTAGE),--sabotage $(SABOTAGE))

# The district by docker-compose; BROKERS=3, DEMO=no, and to drop all data: DATA=drop.
district:
	@BROKERS=$(or $(BROKERS),1) DEMO=$(or $(DEMO),yes) infra/district up

district-down:
	@DATA=$(or $(DATA),keep) infra/district down

# For maintainers: write the lock files anew from pyproject.toml.
lock: $(DEV)
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-header pyproject.toml -o requirements/run.txt
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --group dev pyproject.toml -o requirements/dev.txt

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo 'Python 3.11 or newer is needed (PYTHON=… make)'; exit 1; }
	$(PYTHON) -m venv $(VENV) || { echo 'python3-venv is missing: apt-get install python3-venv'; exit 1; }

$(RUN): requirements/run.txt pyproject.toml | $(VENV)/bin/python
	$(BIN)/pip install -q --require-hashes -r requirements/run.txt
	$(BIN)/pip install -q --no-deps --no-build-isolation -e .
	$(COMPILED) $(BIN)/python -c 'import services.main.cli, services.main.node, holidays.countries'
	@touch $@

$(DEV): requirements/dev.txt pyproject.toml | $(VENV)/bin/python
	$(BIN)/pip install -q --require-hashes -r requirements/dev.txt
	$(BIN)/pip install -q --no-deps --no-build-isolation -e .
	$(COMPILED) $(BIN)/python -c 'import services.main.cli, services.main.node, holidays.countries'
	$(COMPILED) $(BIN)/python -c 'import pytest, hypothesis, schemathesis, playwright.sync_api'
	@touch $@ $(RUN)
