# Two commands matter: `make demo` shows the product, `make test` proves it.
# Everything else is a shortcut for people who work on the code.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
PORT   ?= 8000
SBOM   ?= sbom.json

# The suite starts many processes; each would compile the whole product anew without its caches.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: demo test check lint types install lock migration sbom audit clean

install: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "BeautyBot needs Python 3.11 or newer; set PYTHON=python3.12, say." >&2; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(STAMP)

demo: $(STAMP)
	$(BIN)/beautybot demo --port $(PORT)

test: $(STAMP) check
	$(BIN)/python -m pytest -n auto

check: lint types

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: $(STAMP)
	$(BIN)/mypy

# Drafts the next step of the tables' history: make migration NAME="add a column".
migration: $(STAMP)
	$(BIN)/python tests/draft_migration.py "$(NAME)"
	$(BIN)/ruff check -q --fix beautybot/migrations; $(BIN)/ruff format -q beautybot/migrations

# Rewrites the locks from pyproject.toml (uv resolves; pip installs): requirements.lock is for
# whoever works on the code, runtime.lock is the part of it that the product runs with.
lock:
	$(PYTHON) -m venv $(VENV)-lock && $(VENV)-lock/bin/pip install --quiet uv
	$(VENV)-lock/bin/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-emit-find-links --no-header --quiet --upgrade -o requirements.lock
	$(VENV)-lock/bin/uv pip compile pyproject.toml --constraint requirements.lock --universal \
		--python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
		--no-header --no-annotate --quiet -o runtime.lock
	rm -rf $(VENV)-lock

# What the product is made of, as CycloneDX: from the lock, without a network.
sbom:
	$(BIN)/cyclonedx-py requirements --pyproject pyproject.toml --output-reproducible \
		--output-format JSON -o $(SBOM) runtime.lock

# What a check of the supply chain can say without a network, and what it cannot.
audit:
	@grep -c '^[a-z0-9]' runtime.lock | sed 's/$$/ packages are pinned by hash in runtime.lock/'
	@echo "advisories: not audited: there is no database of them offline."
	@echo "With a network: pipx run pip-audit -r runtime.lock --require-hashes"

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .hypothesis artifacts build dist *.egg-info
