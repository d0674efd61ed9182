# Everything a developer does. `make help` lists it.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.ONESHELL:
MAKEFLAGS += --no-builtin-rules

PYTHON ?= python3
UV := .tools/uv/bin/uv
BIN := .venv/bin

export SAM_CLI_TELEMETRY := 0
export UV_PYTHON_DOWNLOADS := never
export UV_LINK_MODE := copy

# Environments: each is made again when its lock changes, and is instant otherwise.

.tools/uv/.stamp: requirements/uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3 …" >&2; exit 1; }
	$(PYTHON) -m venv --clear .tools/uv
	.tools/uv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

# $(call environment,FOLDER,PYTHON,LOCK)
define environment
$(UV) venv --quiet --clear --python "$(2)" $(1)
$(UV) pip sync --quiet --require-hashes --python $(1)/bin/python $(3)
touch $(1)/.stamp
endef

.venv/.stamp: requirements/dev.txt .tools/uv/.stamp
	$(call environment,.venv,.tools/uv/bin/python,$<)

.tools/sam/.stamp: requirements/sam.txt .tools/uv/.stamp
	$(call environment,.tools/sam,.tools/uv/bin/python,$<)

.tools/emulator/.stamp: requirements/emulator.txt .tools/uv/.stamp
	$(call environment,.tools/emulator,.tools/uv/bin/python,$<)

.PHONY: install
install: .venv/.stamp .tools/sam/.stamp .tools/emulator/.stamp ## Make the environments from their locks

.PHONY: lock
lock: .tools/uv/.stamp ## Write requirements/*.txt anew from pyproject.toml
	for group in uv runtime dev sam emulator; do
	  constraint=; [ $$group != dev ] || constraint="-c requirements/runtime.txt"
	  $(UV) pip compile pyproject.toml --quiet --group $$group $$constraint --universal --python-version 3.11 \
	    --generate-hashes --no-annotate --no-header --no-emit-index-url -o requirements/$$group.txt
	done

.PHONY: clean
clean: ## Remove environments, builds and the local stack's state
	rm -rf .venv .tools .local .aws-sam build .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache

.PHONY: help
help: ## List these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))
