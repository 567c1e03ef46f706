# What a fresh machine needs: make, Python 3.11 or later with pip. Everything else goes into .venv and .cache.
# `make test` and `make demo` set up by themselves; a second run finds everything in place.

PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
# Three keep two cores busy: much of the time is waiting for daemons, databases and browsers.
JOBS ?= 3
ARGS ?=
BIN := .venv/bin
READY := .venv/.ready

.DEFAULT_GOAL := help
.PHONY: help setup test whole laws attacks crash crash-short hosts scanner bench check demo lock clean

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile

setup: $(READY)  ## make .venv and install the hash-locked requirements

# Debian's Python without python3-venv has no ensurepip: the pip outside then installs into the environment.
$(READY): requirements-dev.txt pyproject.toml
	@test -n "$(PYTHON)" || { echo "make: no Python 3.11 or later found; name one with PYTHON=..." >&2; exit 2; }
	@set -e; \
	if $(PYTHON) -c 'import ensurepip' 2>/dev/null; then \
		test -x $(BIN)/pip || $(PYTHON) -m venv .venv; pip="$(BIN)/python -m pip"; \
	else \
		test -x $(BIN)/python || $(PYTHON) -m venv --without-pip .venv; pip="$(PYTHON) -m pip --python $(BIN)/python"; \
	fi; \
	echo "installing the locked requirements into .venv"; \
	$$pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt; \
	$$pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# An environment that forbids byte code would have each worker compile every module of the tests anew.
# The browser tests run where a Chromium is there or can be had, and then none of them may be skipped.
test: $(READY)  ## all tests, those above the store on SQLite alone; ARGS="tests/unit -k name" for some
	@if $(BIN)/python -m tests.support.get_browser; then export REQUIRE_BROWSER=1; fi; \
	PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n $(JOBS) --dist worksteal $(ARGS)

whole: export WHOLE := 1
whole: test  ## the same, every test on both databases, every page in every language, width and scheme

EXAMPLES_TIMES ?= 20

laws: $(READY)  ## the laws over twenty times as many random examples; EXAMPLES_TIMES=100 for more
	EXAMPLES_TIMES=$(EXAMPLES_TIMES) $(BIN)/python -m pytest -q -n $(JOBS) --dist worksteal --timeout 7200 tests/laws tests/integration/test_jumping_law.py \
		tests/contract/test_segments.py $(ARGS)

attacks: $(READY)  ## every text of the lists of attackers through every page, letter and form; some minutes
	ATTACKS=all $(BIN)/python -m pytest -q -n $(JOBS) --dist worksteal --timeout 7200 tests/unit/web/test_attacked_pages.py \
		tests/unit/web/test_dashboard_pages.py tests/unit/test_naughty_letters.py tests/integration/test_attack_dashboard.py \
		tests/integration/test_attack_values.py tests/browser/test_attacks.py $(ARGS)

crash: $(READY)  ## kill it hundreds of times, on both databases; most of an hour. See docs/crash.md
	$(BIN)/python -m tests.crash $(ARGS)

crash-short: $(READY)  ## the same with a few kills of each kind
	$(BIN)/python -m tests.crash --short $(ARGS)

hosts: $(READY)  ## three machines over one PostgreSQL, something happens to one of them every few seconds for ten minutes. See docs/scale.md
	$(BIN)/python -m tests.hosts $(ARGS)

scanner: $(READY)  ## follow every address of a thousand mails in a real browser; half an hour of the processor. See docs/http.md
	@$(BIN)/python -m tests.support.get_browser
	$(BIN)/python -m tests.scanner $(ARGS)

bench: $(READY)  ## how fast files come in, what ticks cost, how fast the future is simulated, letters are made, mail is committed, the web side and the dashboard answer; some minutes
	$(BIN)/python benchmarks/ingest.py
	$(BIN)/python benchmarks/ticks.py
	$(BIN)/python benchmarks/simulate.py 2000 30
	$(BIN)/python benchmarks/sending.py
	$(BIN)/python benchmarks/commit.py
	$(BIN)/python benchmarks/letters.py
	$(BIN)/python benchmarks/over_http.py
	$(BIN)/python benchmarks/pages.py

check: $(READY)  ## format, lint, types, layers, docs
	@status=0; \
	for step in "ruff format --check ." "ruff check ." mypy "lint-imports --no-cache"; do \
		echo "== $$step"; $(BIN)/$$step || status=1; \
	done; \
	if test -d tests/docs; then echo "== docs"; $(BIN)/python -m pytest -q tests/docs || status=1; fi; \
	exit $$status

demo: $(READY)  ## the sample shop's month in the browser; ARGS=--once prints the table and ends
	$(BIN)/penfriend demo $(ARGS)

COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-annotate --no-header $(UPGRADE)

lock: $(READY)  ## renew the locks after a change of pyproject.toml; UPGRADE=--upgrade takes the newest
	$(COMPILE) pyproject.toml -o requirements.txt
	$(COMPILE) pyproject.toml --extra dev -c requirements.txt -o requirements-dev.txt
	$(COMPILE) --group browser -o requirements-browser.txt
	$(COMPILE) --group build -c requirements-dev.txt -o requirements-build.txt

clean:  ## remove what make and the tools have made
	rm -rf .venv .cache .hypothesis build dist
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +
