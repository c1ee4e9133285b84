# CandleDesk: everything a developer runs. `make demo` and `make test` each work on a fresh clone on Debian 12 and 13.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= $(shell python3.11 -c '' 2>/dev/null && echo python3.11 || echo python3)
BIN := .venv/bin
STAMP := .venv/.installed
PEERS := .venv-bench/.installed

# Debian packages, by what they are for.
QT_LIBS := libglib2.0-0 libgl1 libegl1 libxkbcommon0 libfontconfig1 libdbus-1-3
WINDOW_LIBS := libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxcb-shape0
VIRTUAL_SCREEN := xvfb xauth
BROWSER := chromium
# A python built from source brings ensurepip along; Debian's own needs the package.
VENV := $(shell $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || echo python3-venv)

# $(call need,PACKAGES) installs those that are missing, and does not touch apt when none is.
# From Debian 13 on some libraries are called NAMEt64.
define need
missing=(); \
for package in $(1); do \
	found=$$(dpkg-query -W -f ' $${db:Status-Status} ' "$$package" "$${package}t64" 2>/dev/null || true); \
	[[ $$found == *" installed "* ]] || missing+=("$$package"); \
done; \
if [ $${#missing[@]} -eq 0 ]; then exit 0; fi; \
if ! command -v apt-get >/dev/null; then \
	echo "No apt-get here; if something fails, install what Debian calls: $${missing[*]}" >&2; exit 0; \
fi; \
if [ "$$(id -u)" -eq 0 ]; then as_root=(env); \
elif command -v sudo >/dev/null; then as_root=(sudo env); \
else echo "Please have root install these packages, then run make again: apt-get install $${missing[*]}" >&2; exit 1; fi; \
as_root+=(DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300); \
echo "Installing $${missing[*]}"; \
"$${as_root[@]}" update || echo "apt-get update failed; trying with the lists that are here" >&2; \
"$${as_root[@]}" install -y --no-install-recommends "$${missing[@]}" >/dev/null
endef

.PHONY: help setup system-base system-window system-screen system-browser demo test e2e faults lint bench bench-big soak clean

help:
	@echo "make demo | test | e2e | faults [FULL=1] | lint | bench | bench-big | soak | setup | clean"

system-base:
	@$(call need,$(QT_LIBS) $(VENV))

system-window: | system-base
	@$(call need,$(WINDOW_LIBS))

system-screen: | system-window
	@$(call need,$(VIRTUAL_SCREEN))

system-browser: | system-base
	@$(call need,$(BROWSER))

setup: system-base $(STAMP)

# Without build isolation: hatchling comes from the lock, so nothing outside the lock is downloaded.
$(STAMP): requirements.lock pyproject.toml | system-base
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "CandleDesk needs Python 3.11 or newer" >&2; exit 1; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: setup system-window
	@if [ -n "$${DISPLAY:-}$${WAYLAND_DISPLAY:-}" ]; then \
		exec $(BIN)/candledesk --demo AAPL; \
	else \
		echo "There is no display here, so the web chart is served: open the address below in a browser (Ctrl-C ends)."; \
		exec $(BIN)/candledesk --demo serve; \
	fi

lint: setup
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tests.page.lint
	@if command -v node >/dev/null; then \
		for script in resources/web/*.js; do node --check "$$script"; done; \
	else echo "node is not installed: the syntax of the page's scripts is not checked."; fi

test: lint system-screen
	@if command -v node >/dev/null; then node --test tests/page/*.test.mjs; \
	else echo "node is not installed: the unit tests of the page's scripts are left out."; fi
	QT_QPA_PLATFORM=offscreen $(BIN)/pytest -n 2 --dist loadfile --max-worker-restart=0

e2e: setup system-browser
	QT_QPA_PLATFORM=offscreen $(BIN)/pytest tests/e2e

faults: setup
	QT_QPA_PLATFORM=offscreen FAULTS_FULL=$(FULL) $(BIN)/pytest tests/faults

# finplot brings another binding of Qt, which must not meet ours in one environment.
$(PEERS): tests/bench/peers.lock | system-base
	$(PYTHON) -m venv --clear .venv-bench
	.venv-bench/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r tests/bench/peers.lock
	@touch $@

bench: setup system-browser $(PEERS)
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m tests.bench

# A home of ten million bars: made first (a minute or two), then measured.
bench-big: setup
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m tests.bench.bench_big_home

soak: setup
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m tests.bench.soak
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m tests.bench.soak_window

clean:
	rm -rf .venv .venv-bench build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
