# What the Makefiles that `sam build` runs have in common: functions/ and both layers.
# BUILD_FOR says for whom: arm64 (the template's default), x86_64, or local (this machine's Python).
ROOT := $(patsubst %/,%,$(dir $(abspath $(lastword $(MAKEFILE_LIST)))))
BUILD_FOR ?= arm64
VENV_PYTHON := $(ROOT)/.venv/bin/python
RUNTIME := $(shell sed -n 's/^ *Runtime: python//p' $(ROOT)/template.yaml)

# $(call compile,FOLDER,WHERE IT WILL LIE ON LAMBDA)
compile = cd $(ROOT) && $(VENV_PYTHON) -m tools.bytecode $(1) --shipped-as $(2) \
  --python $(if $(filter local,$(BUILD_FOR)),$(VENV_PYTHON),$(RUNTIME))

.PHONY: environment
environment:
	@$(MAKE) --no-print-directory -C $(ROOT) .venv/.stamp
