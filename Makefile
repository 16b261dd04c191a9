# `make help` lists the targets. Only make, Python 3.11 or newer and a C++ compiler are needed.

PYTHON ?= python3
VENV ?= .venv
PYTEST_ARGS ?=
SIDE_BY_SIDE ?= $(patsubst %,tests/gpu_room/test_%.py,bins stages own_targets run_loop)
SANITIZED ?= $(SIDE_BY_SIDE) $(patsubst %,tests/gpu_room/test_%.py,engine holding partition) \
	$(patsubst %,tests/gpu_room/test_determinism.py::test_%,threads_and_windows_of_any_number the_text_for_a_device)
BENCHMARKS ?= $(filter-out benchmarks/_%,$(sort $(wildcard benchmarks/*.py)))

BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input

# An environment belongs to one Python and one folder: with another PYTHON, or in a copied checkout, the stamp
# has another name and the environment is made anew.
PYTHON_VERSION := $(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)
KEY := $(PYTHON_VERSION)-$(firstword $(shell pwd | cksum))
CREATED := $(VENV)/.created-$(KEY)
INSTALLED := $(VENV)/.installed-$(KEY)
INSTALLED_TEST := $(VENV)/.installed-test-$(KEY)

.PHONY: help test demo docs lint format typecheck sanitize benchmark clean tools

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1@\2/p' $(MAKEFILE_LIST) | awk -F@ '{printf "%-18s%s\n", $$1, $$2}'
	@echo "  variables: PYTHON=$(PYTHON) VENV=$(VENV) PYTEST_ARGS='-k name' BENCHMARKS='files'"

test: tools $(INSTALLED_TEST) ## install into .venv and run all tests
	@$(BIN)/pytest $(PYTEST_ARGS)

demo: tools $(INSTALLED) ## install into .venv and run the demonstration
	@$(BIN)/python -m dendrify_gpu.demo

lint: $(INSTALLED_TEST) ## check style and format
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

format: $(INSTALLED_TEST) ## repair style and format where a tool can
	@$(BIN)/ruff check --fix-only .
	@$(BIN)/ruff format .

typecheck: $(INSTALLED_TEST) ## check the types of all three rooms
	@$(BIN)/python .ci/typecheck.py

sanitize: tools $(INSTALLED_TEST) ## run the core's tests with generated code under sanitizers
	@$(BIN)/python .ci/sanitize.py $(SANITIZED)
	@$(BIN)/python .ci/sanitize.py --threads $(SIDE_BY_SIDE)

benchmark: tools $(INSTALLED_TEST) ## run the measurements in benchmarks/
	@test -n "$(strip $(BENCHMARKS))" || { echo "benchmarks/ has no scripts to run." >&2; exit 1; }
	@set -e; for script in $(BENCHMARKS); do echo "== $$script"; $(BIN)/python $$script; done

docs: tools $(CREATED) ## build the site into docs/_build
	@$(PIP) --editable '.[docs]'
	@$(BIN)/sphinx-build -q -W --keep-going docs docs/_build

clean: ## remove the environment, caches and build products
	rm -rf $(VENV) build dist docs/_build docs/generated docs/jupyter_execute docs/.jupyter_cache dendrify_gpu.egg-info .pytest_cache .mypy_cache .ruff_cache demo_output
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

tools:
	@.ci/check-tools '$(PYTHON)'

$(CREATED): pyproject.toml
	@.ci/check-tools '$(PYTHON)'
	@echo "Making a virtual environment in $(VENV) with Python $(PYTHON_VERSION)."
	@$(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(INSTALLED): $(CREATED)
	@echo "Installing dendrify_gpu and what it needs; this takes a few minutes the first time."
	@$(PIP) --editable .
	@touch $@

$(INSTALLED_TEST): $(CREATED)
	@echo "Installing dendrify_gpu and what its tests need; this takes a few minutes the first time."
	@$(PIP) --editable '.[test]'
	@touch $@ $(INSTALLED)
