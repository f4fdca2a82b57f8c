# The two commands: `make demo` and `make test`. Both first set up the locked virtual environment in .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

# Where it is set, each of the many starts of cdr in the tests, and pytest itself, would compile every module anew.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: demo test all times one fast docs format coverage mutants wheel-test bench fuzz faults browser lock needs clean

demo: $(VENV)/ready
	@$(BIN)/cdr demo .demo

# Every check; of the long tests (tests/long.txt) a fifth, another one each day: CDR_TURN=0 to 4, or all.
# Three workers also on two cores: a part of the time goes by waiting for git, gpg and the disk. Who is done takes from who is not.
CDR_TURN ?= $(shell expr $$(date +%j) % 5)
test: $(VENV)/ready browser
	@$(BIN)/ruff check cdr tests bench
	@$(BIN)/ruff format -q --check cdr tests bench
	@$(BIN)/mypy
	@CDR_TURN=$(CDR_TURN) $(BIN)/pytest -q -n 3 --dist worksteal

# The same with all of the long tests and with new inputs for each property: before a release, and after a change to what many things stand on.
all:
	@CDR_INPUTS=new $(MAKE) --no-print-directory test CDR_TURN=all

# Runs all tests and writes down anew which are long.
times: $(VENV)/ready browser
	@CDR_MEASURE=1 $(BIN)/pytest -q -n 3 --dist worksteal

# Some tests: `make one T=tests/unit/test_age.py`, `make one T="tests/cli -k chase"`; whatever pytest takes.
T ?=
one: $(VENV)/ready
	@if [ -z '$(T)' ]; then echo 'Say which tests: make one T=tests/unit/test_age.py' >&2; exit 2; fi
	@$(BIN)/pytest -q $(T)

# Most unit tests and the architecture tests, with a tenth of the inputs for properties: none of them needs gpg, git's history or a
# browser. Left out are those that read or write many whole files, and the start of every command.
SLOW := anonymise_battery chance codec comments csv_files docx editors explain finished_files forms_as_written letter_kinds \
  letter_on_paper letter_professionals letter_text letters long_text messages ncmd outbox passphrase pdf questions read_back register \
  report report_words return_form schema sending sheets smtp synthetic tally tally_chance tally_more tally_published tally_rendering \
  tally_whole timeline timeline_conflicts timeline_rendering whole_case word words
FAST := $(filter-out $(SLOW:%=tests/unit/test_%.py),$(wildcard tests/unit/test_*.py))
fast: $(VENV)/ready
	@CDR_EXAMPLES=0.1 $(BIN)/pytest -q -n 2 $(FAST) tests/architecture --deselect tests/architecture/test_rooms.py::test_no_commands_help_loads_anything_heavy

# Renews what docs/ says of commands, fields and exit codes, and prints what it could not renew.
docs: $(VENV)/ready
	@CDR_UPDATE_DOCS=1 $(BIN)/pytest -q tests/docs/test_generated.py

# Brings the code into ruff's format and puts right what ruff can put right by itself.
format: $(VENV)/ready
	@$(BIN)/ruff check -q --fix cdr tests bench || true
	@$(BIN)/ruff format cdr tests bench

# Which lines and branches of cdr no test reaches: `make coverage`, or of some tests with T=... as above.
coverage: $(VENV)/ready
	@$(BIN)/coverage run -m pytest -q $(T)
	@$(BIN)/coverage report

# Changes domain and statistics in small ways and tells which changes no test notices: those must be in the lists of tests/mutants
# already. A fixed sample; `make mutants M=cdr/domain/process` every change there, M=--all every one there is (many hours).
mutants: $(VENV)/ready
	@CDR_EXAMPLES=0.1 PYTHONPATH=tests $(BIN)/python -m mutants.compare $(M)

# The main job of the tests, done by a `cdr` that is installed from a wheel in an environment of its own; with T=tests, or some of
# them, these run there on that one, and none on the checkout's.
wheel-test: $(VENV)/ready
	@place=$$(mktemp -d) && trap 'rm -rf "$$place"' EXIT && \
	  $(BIN)/python -m hatchling build -t wheel -d "$$place/dist" >/dev/null && \
	  $(PYTHON) -m venv "$$place/venv" && \
	  "$$place/venv/bin/python" -m pip install -qq --disable-pip-version-check --require-hashes -r requirements/$(if $(T),dev,run).txt && \
	  "$$place/venv/bin/python" -m pip install -qq --disable-pip-version-check --no-deps "$$place"/dist/*.whl && \
	  $(if $(T),"$$place/venv/bin/pytest" -q -n 3 --dist worksteal $(T),CDR_PROGRAM="$$place/venv/bin/cdr" $(BIN)/pytest -q tests/cli/test_main_job.py)

# What cdr costs as a store grows: all tables of docs/performance.md, as ratios in one run: `make bench`, or `make bench N="100 1000 5000" O=table.md`
# (also a chart). K=DIR keeps the stores and what was measured there: the same command again goes on where it was stopped. bench/README.md says more.
N ?= 100 1000
bench: $(VENV)/ready
	@$(BIN)/python bench/scale.py $(N) $(if $(K),--keep $(K)) $(if $(O),-o $(O) --chart $(O:.md=.svg))

# The properties and the faults on ten times as many inputs and points, new ones each time, as `make test` tries; it takes hours.
fuzz: $(VENV)/ready
	@CDR_INPUTS=new CDR_EXAMPLES=10 $(BIN)/pytest -q -n 2

# Every verb that writes: each state that it can leave where it is killed and where the power goes, and an error at each kind of place where it
# changes a file. A table of what was tried; hours. `make faults V="contact,panel new"`: the states of some verbs.
V ?= all
faults: $(VENV)/ready
	@place=$$(mktemp -d -p "$$([ -w /dev/shm ] && echo /dev/shm || echo /tmp)") && trap 'rm -rf "$$place"' EXIT && \
	  CDR_STATES='$(V)' CDR_POINTS=kinds $(BIN)/pytest -q -s --basetemp="$$place/t" tests/faults/test_every_state.py \
	  $(if $(filter all,$(V)),tests/faults/test_every_verb.py::test_a_fault_at_any_call)

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
	@[ ! -L $(VENV) ] || { echo 'The folder .venv is a link to that of another checkout, which would be emptied here. Remove the link: rm .venv' >&2; exit 1; }
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
