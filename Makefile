# The two commands: `make demo` and `make test`. Both first set up the locked virtual environment in .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test fuzz check browser lock needs clean

demo: $(VENV)/ready
	@$(BIN)/cdr demo .demo

# Three workers also on two cores: a part of the time goes by waiting for git, gpg and the disk.
test: $(VENV)/ready browser
	@$(BIN)/ruff check cdr tests bench
	@$(BIN)/mypy
	@$(BIN)/pytest -q -n 3

# The properties and the faults on ten times as many inputs and points as `make test` tries; it takes hours.
fuzz: $(VENV)/ready
	@CDR_EXAMPLES=10 $(BIN)/pytest -q -n 2

# What the machine itself must bring; each line says what to install where it is missing.
needs:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo 'cdr needs Python 3.11 or newer (Debian, Ubuntu: apt install python3 python3-venv; macOS: brew install python).' >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || \
	  { echo 'Python lacks its venv module (Debian, Ubuntu: apt install python3-venv).' >&2; exit 1; }
	@command -v git >/dev/null || \
	  { echo 'cdr needs git (Debian, Ubuntu: apt install git; macOS: brew install git).' >&2; exit 1; }
	@command -v gpg >/dev/null || \
	  { echo 'cdr needs GnuPG (Debian, Ubuntu: apt install gnupg; macOS: brew install gnupg).' >&2; exit 1; }

$(VENV)/ready: requirements/dev.txt pyproject.toml | needs
	@echo 'Setting up .venv from requirements/dev.txt (once; it may take a minute) ...'
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# What the tests of the return form drive a browser with. Where a browser or Node is missing, the other tests run without them.
BROWSER_TESTS := tests/browser
browser:
	@if { command -v chromium || command -v chromium-browser || command -v google-chrome; } >/dev/null && \
	    command -v node >/dev/null && command -v npm >/dev/null; then \
	  [ $(BROWSER_TESTS)/node_modules/.package-lock.json -nt $(BROWSER_TESTS)/package-lock.json ] || \
	    npm ci --prefix $(BROWSER_TESTS) --no-audit --no-fund --loglevel=error; \
	else \
	  echo 'The tests of the return form need a browser and Node, and are left out (Debian, Ubuntu: apt install chromium nodejs npm).' >&2; \
	fi

# Renews the two lock files: everything for work on cdr, and what cdr itself runs on.
lock: $(VENV)/ready
	@$(BIN)/uv pip compile -q pyproject.toml --extra dev --generate-hashes --no-annotate --no-header \
	  --no-emit-index-url --universal --python-version 3.11 --upgrade -o requirements/dev.txt
	@$(BIN)/uv pip compile -q pyproject.toml --constraint requirements/dev.txt --generate-hashes --no-annotate --no-header \
	  --no-emit-index-url --universal --python-version 3.11 -o requirements/run.txt

clean:
	rm -rf $(VENV) .demo build dist $(BROWSER_TESTS)/node_modules
