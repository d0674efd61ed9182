# What the Makefiles that `sam build` runs have in common: functions/ and the layers.
# BUILD_FOR says for whom: arm64 (the template's default), x86_64, or local (this machine's Python).
ROOT := $(patsubst %/,%,$(dir $(abspath $(lastword $(MAKEFILE_LIST)))))
BUILD_FOR ?= arm64
VENV_PYTHON := $(ROOT)/.venv/bin/python
RUNTIME := $(shell sed -n 's/^ *Runtime: python//p' $(ROOT)/template.yaml)

# glibc 2.28 is what most wheels are made for; Lambda's is 2.34.
PLATFORM_arm64 = --python-version $(RUNTIME) --python-platform aarch64-manylinux_2_28
PLATFORM_x86_64 = --python-version $(RUNTIME) --python-platform x86_64-manylinux_2_28
PLATFORM_local =

# $(call packages,LOCK,FOLDER): what is locked, for the Lambda's platform whatever machine builds it.
packages = $(if $(filter arm64 x86_64 local,$(BUILD_FOR)),,$(error BUILD_FOR is arm64, x86_64 or local)) \
  $(ROOT)/.tools/uv/bin/uv pip install --quiet --link-mode copy --require-hashes --no-deps \
  --only-binary :all: --python $(VENV_PYTHON) $(PLATFORM_$(BUILD_FOR)) \
  --requirements $(ROOT)/requirements/$(1) --target $(2)

# $(call compile,FOLDER,WHERE IT WILL LIE ON LAMBDA)
compile = cd $(ROOT) && $(VENV_PYTHON) -m tools.bytecode $(1) --shipped-as $(2) \
  --python $(if $(filter local,$(BUILD_FOR)),$(VENV_PYTHON),$(RUNTIME))

.PHONY: environment
environment:
	@$(MAKE) --no-print-directory -C $(ROOT) .venv/.stamp
