# What can be done in a checkout. `make up` is where to begin.

# For machines that have no uv.
UV_VERSION := $(shell sed -n '/^name = "uv"$$/{n;s/^version = "\(.*\)"$$/\1/p;}' uv.lock)
OWN_UV := .dev/uv/bin/uv
# By its name: the path may have spaces and parentheses.
UV := $(if $(shell command -v uv 2>/dev/null),uv,$(OWN_UV))
PYTHON := .venv/bin/python

.PHONY: setup up down test test-newest test-build check quick lint

# The virtual environment .venv, just as uv.lock has it; compiled once, as each command of Pulumi starts Python twice.
setup: $(filter $(OWN_UV),$(UV))
	@echo "==> Python packages"
	@$(UV) sync --frozen --compile-bytecode

$(OWN_UV):
	@echo "==> uv $(UV_VERSION)"
	@python3 -m venv .dev/uv
	@.dev/uv/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

# Everything that is needed, the local control plane, and all stacks on it.
up: setup
	@echo "==> toolchain"
	@$(PYTHON) -m toolchain
	@echo "==> control plane"
	@$(PYTHON) -m devcluster start
	@$(PYTHON) -m devcluster env
	@$(PYTHON) -m devcluster.stacks up

# All stacks destroyed, the local control plane stopped.
down: setup
	@$(PYTHON) -m devcluster.stacks down

# All tests, on separate control planes: more at once than there may be cores, as many of them wait for a cluster.
# Their bytecode is kept, as each worker reads all of them.
test: setup
	@echo "==> toolchain"
	@$(PYTHON) -m toolchain
	@echo "==> tests"
	@env -u PYTHONDONTWRITEBYTECODE .venv/bin/pytest -n 7 --dist loadscope

# The tests that compile: what the first minutes take where Pulumi and the programs of envtest are there.
test-build: setup
	@echo "==> toolchain"
	@$(PYTHON) -m toolchain
	@echo "==> tests that compile"
	@.venv/bin/pytest -q -m compiles

# What a change can be checked by while it is made: lint, and the tests that start no process and need no network, on all
# cores. Tests of random input try fewer examples than in `make test`.
check: setup
	@$(MAKE) --no-print-directory --jobs 2 --old-file setup lint quick

quick: setup
	@echo "==> tests without processes"
	@env -u PYTHONDONTWRITEBYTECODE .venv/bin/pytest -q --without-processes --hypothesis-profile few -n auto --dist worksteal

# The tests that need no toolchain, on the newest Python.
test-newest: setup
	@.ci/newest

lint: setup
	@echo "==> ruff"
	@.venv/bin/ruff check
	@.venv/bin/ruff format --check
	@echo "==> mypy"
	@.venv/bin/mypy
	@echo "==> import-linter"
	@.venv/bin/lint-imports
