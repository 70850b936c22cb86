# The two commands: `make run` serves Prozvon with demo data, `make test` checks everything.
# Each sets up what it needs on a fresh machine.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
SETUP := $(VENV)/.ready

.PHONY: run test check bench setup translations screenshots clean

run: $(SETUP)
	@$(BIN)/prozvon run

test: $(VENV)/.ready-dev
	@VENV=$(VENV) scripts/check

bench: $(VENV)/.ready-dev
	@$(BIN)/python -m benchmarks $(BENCH)

screenshots: $(VENV)/.ready-dev
	@$(BIN)/python scripts/screenshots.py

translations: $(VENV)/.ready-dev
	@$(BIN)/python scripts/translations.py

setup: $(SETUP)

$(SETUP): pyproject.toml requirements.lock $(wildcard webui/translations/*/LC_MESSAGES/*.po)
	@PYTHON=$(PYTHON) scripts/setup $(VENV)
	@touch $@

$(VENV)/.ready-dev: $(SETUP) requirements-dev.lock
	@scripts/setup $(VENV) dev
	@touch $@

clean:
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
