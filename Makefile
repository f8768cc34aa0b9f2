# mbpair: `make demo` shows what it does, `make test` runs the checks.

VENV := .venv
BIN  := $(VENV)/bin
FUZZ := 240

CORPORA := $(wildcard ../shared/corpora)

.PHONY: help demo test test-full bench certify fuzz agreement compat mutation goldens pictures format clean

help:
	@echo "make demo       check an example snippet: one barrier is proved, another refuted"
	@echo "make test       format, lint, types, layers and the fast tests"
	@echo "make test-full  the same and the slow tests"
	@echo "make bench      measure and compare with the last run (BENCH=--quick: half a minute)"
	@echo "make certify    have another solver check what the verdicts on the examples rest on"
	@echo "make fuzz       broken mails, diffs and diagrams, as many as FUZZ=240 seconds allow"
	@echo "make agreement  100,000 random programs under all models against enumerated executions (hours)"
	@echo "make compat     with the oldest libraries that are declared, and with each Python that is here"
	@echo "make mutation   plant 330 faults and have the tests look for each (an hour or more)"
	@echo "make goldens    rewrite the expected outputs (review the diff)"
	@echo "make pictures   make the README's pictures anew (Chromium)"

# mbpair exits with 1 here, because the example refutes a barrier; any other code is a failure.
demo: $(VENV)/.installed
	@echo '$$ mbpair check litmus/message-passing/demo.c'
	@$(BIN)/mbpair check litmus/message-passing/demo.c; code=$$?; \
	  if [ $$code -ne 1 ]; then echo "the demo exited with $$code instead of 1" >&2; exit 1; fi

# What prints how many planted faults were found, or looks at the width of its folder's name, at the memory of its own
# process or at all files that it opens.
ALONE := tests/mutation tests/fuzz tests/test_cli.py tests/test_only_reads.py tests/test_readme.py

# First the tests that have to be alone, then all others on all cores.
test test-full: $(VENV)/.installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q $(TIER) $(ALONE)
	$(BIN)/python -m pytest -q $(TIER) -n auto --dist worksteal $(ALONE:%=--ignore=%)

test-full: TIER := -m "full or not full"

bench: $(VENV)/.installed-dev
	$(BIN)/python -m bench $(BENCH)

certify: $(VENV)/.installed-dev
	$(BIN)/python -m certify $(if $(CORPORA),--corpora $(CORPORA)) $(CERTIFY)

fuzz: $(VENV)/.installed-fuzz
	$(BIN)/python -m fuzz --seconds $(FUZZ)

agreement: $(VENV)/.installed-dev
	$(BIN)/python -m agreement

compat: $(VENV)/.installed-dev
	$(BIN)/python -m tests.compat

mutation: $(VENV)/.installed-dev
	$(BIN)/python -m mutation --write-docs $(MUTATION)

goldens: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -q --goldens tests/test_litmus.py tests/test_cycles_table.py tests/test_readme.py tests/report -m "full or not full" -k "not test_memory"

pictures: $(VENV)/.installed-dev
	$(BIN)/python docs/pictures.py

format: $(VENV)/.installed-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis .bench .fuzz .compat .mutation

# An editable install: it goes stale only when pyproject.toml changes.
$(VENV)/.installed: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.installed-dev: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@ $(VENV)/.installed

$(VENV)/.installed-fuzz: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[fuzz]'
	@touch $@ $(VENV)/.installed

$(BIN)/python:
	@for python in python3.11 python3 python3.12 python3.13 python3.14; do \
	  if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    echo "$$python -m venv $(VENV)"; \
	    $$python -m venv $(VENV) && exit 0; \
	    rm -rf $(VENV); \
	    echo "$$python can't make a virtual environment; on Debian: apt-get install python3-venv" >&2; \
	    exit 1; \
	  fi; \
	done; \
	echo "mbpair needs Python 3.11 or newer, and none was found as python3.11 or python3" >&2; \
	exit 1
