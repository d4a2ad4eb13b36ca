# PyFlare. `make demo` shows it at work, `make test` runs the tests; both set up what they need first.

.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: help setup demo test slow test-integrations browser fuzz coverage bench lint format types docs serve ui ui-check ui-dev clean

help:  ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 26

setup: $(STAMP)  ## Make the virtual environment in .venv
	@echo "Ready: $(BIN)/pyflare --help"

demo: $(STAMP)  ## Run the demo: a traced question-answering program, and what its traces say
	@$(BIN)/python -m examples.demo

test: $(STAMP)  ## Run the tests (the slow ones apart)
	@$(BIN)/python -m pytest $(AGAIN)

slow: $(STAMP)  ## Run the slow tests: installs, soak and kill tests; or those of TESTS alone
	@$(BIN)/python -m pytest -m slow -o cache_dir=.pytest_cache/slow $(TESTS) $(AGAIN)

test-integrations: $(STAMP)  ## Test every instrumented library, oldest and newest, or ONLY=openai; KEEP=1 keeps the environments
	@$(BIN)/python -m tests.integrations.matrix $(ONLY)

browser: $(STAMP)  ## Run the browser tests: every screen of the viewer in Chromium
	@$(BIN)/python -m pytest tests/browser -m 'browser and not slow' -o cache_dir=.pytest_cache/browser $(AGAIN)

FUZZ_SECONDS := 600
fuzz: $(STAMP)  ## Fuzz the receiver and the normaliser for ten minutes, or FUZZ_SECONDS
	@$(BIN)/python -c 'import atheris' 2>/dev/null || $(BIN)/python -m pip install -qq --disable-pip-version-check atheris
	@$(BIN)/python -m tests.fuzz $(FUZZ_SECONDS)

coverage: $(STAMP)  ## Run the tests and say which lines and branches they leave out
	@$(BIN)/coverage erase
	@$(BIN)/coverage run -m pytest
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage report

bench: $(STAMP)  ## Run the benchmarks, and print what was promised and what was measured
	@$(BIN)/python -m benchmarks

lint: $(STAMP)  ## Check style, spelling and layers
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/codespell
	@PYTHONPATH=. $(BIN)/lint-imports --no-logo

format: $(STAMP)  ## Format the code
	@$(BIN)/ruff check --fix-only .
	@$(BIN)/ruff format .

types: $(STAMP)  ## Check the types
	@$(BIN)/mypy

docs: $(STAMP)  ## Build the documentation into site/
	@$(BIN)/python -m tests.docs.pages
	@$(BIN)/zensical build --strict --clean

serve: $(STAMP)  ## Show the documentation while it is being written
	@$(BIN)/zensical serve

VIEWER := pyflare/server/viewer/dist
SHARE := pyflare/server/viewer/share.html
NODE := ui/node_modules/.package-lock.json

ui: $(NODE)  ## Build the viewer into the package
	@cd ui && npm run --silent build && npm run --silent build:share

ui-check: $(STAMP) $(NODE)  ## Check the viewer: types, style, tests, and that what is committed is what its source builds
	@cd ui && npm run --silent check
	@cd ui && PYTHON=../$(BIN)/python API_SCHEMA=../build/schema.ts npm run --silent api
	@cmp build/schema.ts ui/src/api/schema.ts || \
	    { echo "The API has changed: cd ui && npm run api, then commit ui/src/api/schema.ts." >&2; exit 1; }
	@cd ui && npm run --silent build -- --outDir ../build/viewer --logLevel warn
	@diff -rq build/viewer $(VIEWER) || \
	    { echo "$(VIEWER) is not what ui/ builds: make ui, then commit it." >&2; exit 1; }
	@cd ui && SHARE_OUT=../build npm run --silent build:share -- --logLevel warn
	@cmp build/share.html $(SHARE) || \
	    { echo "$(SHARE) is not what ui/ builds: make ui, then commit it." >&2; exit 1; }

ui-dev: $(NODE)  ## Work on the viewer: its pages from source, the API from PYFLARE_API (http://127.0.0.1:4319)
	@cd ui && npm run --silent dev

$(NODE): ui/package-lock.json
	@if ! node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' 2>/dev/null; then \
	    echo "The viewer needs Node 20.19 or newer to be built; node here is $$(node --version 2>/dev/null || echo missing)." >&2; exit 1; \
	fi
	@cd ui && npm ci --no-progress --silent
	@touch $@

clean:  ## Delete everything that was made here, the environment too
	@rm -rf $(VENV) site dist build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage* .cache ui/node_modules
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(STAMP): pyproject.toml constraints.txt
	@found=; for python in $${PYTHON:-} python3 python3.13 python3.12 python3.11; do \
	    if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then found=$$python; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
	    echo "PyFlare needs Python 3.11 or newer; python3 here is $$(python3 --version 2>/dev/null || echo missing)." \
	         "Install one, or name it: make setup PYTHON=/path/to/python" >&2; exit 1; \
	fi; \
	if ! "$$found" -c 'import ensurepip, venv' 2>/dev/null; then \
	    echo "$$found cannot make virtual environments. On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; \
	fi; \
	if [ ! -x $(BIN)/python ]; then \
	    echo "Making $(VENV) with $$("$$found" --version) …"; "$$found" -m venv $(VENV); \
	fi
	@echo "Installing PyFlare and its tools into $(VENV) (a minute or two, once) …"
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --editable '.[dev]' --constraint constraints.txt
	@touch $@
