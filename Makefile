# Needs Python 3.11 or newer and make; everything else is installed into .venv, once, at the pinned versions.
#   make verify    prove every equation, then verify the library on real data   (ARGS="--quick" goes to `refimpl verify`)
#   make test      the tests                                                    (ARGS="-m slow" goes to pytest)
#   make kernels   the numerical tests as on other processors
#   make docs      the site, in site/
#   make bench     the benchmarks
#   make conform   other people's libraries, installed into .venv-conform, against the equations: the scoreboard
#   make lint      ruff and pyright
#   make clean     removes .venv, .venv-conform and everything that was built

PYTHON ?= python3
VENV ?= .venv
CONFORM ?= .venv-conform
ARGS ?=
PY := $(VENV)/bin/python

verify_needs := derive,torch,verify
test_needs := derive,torch,verify,test,docs
docs_needs := docs
bench_needs := derive,torch,verify
lint_needs := dev

.PHONY: verify test kernels docs bench conform lint clean
.DEFAULT_GOAL := verify

verify: $(VENV)/installed-verify
	$(PY) -m derivations prove
	$(PY) -m refimpl verify $(ARGS)

test: $(VENV)/installed-test
	OMP_NUM_THREADS=1 $(PY) -m pytest --numprocesses auto --dist loadfile $(ARGS)

kernels: $(VENV)/installed-test
	$(PY) tests/kernels.py $(ARGS)

docs: $(VENV)/installed-docs
	NO_MKDOCS_2_WARNING=1 $(PY) -m mkdocs build --strict $(ARGS)
	@echo "The site is in site/. To read it: $(PY) -m http.server -d site"

bench: $(VENV)/installed-bench
	@if [ -f benchmarks/run.py ]; then $(PY) benchmarks/run.py $(ARGS); else echo "There are no benchmarks yet."; fi

# The libraries have an environment of their own: what they ask for must not decide what refimpl is tested with.
conform: $(CONFORM)/installed
	OMP_NUM_THREADS=1 $(CONFORM)/bin/python -m refimpl conform all --json docs/scoreboard.json --page docs/scoreboard.md

lint: $(VENV)/installed-lint
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m pyright --pythonpath $(PY)

clean:
	rm -rf .venv .venv-conform site report dist build .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# One stamp for each target: what it needs is installed again only when the pins or the package change.
# The dots are a sign of life; they stop with the shell that pip runs in, however that ends.
$(VENV)/installed-%: pyproject.toml constraints.txt | $(PY)
	@printf 'Installing what "make $*" needs into $(VENV); this happens once and takes a minute or more '
	@( while kill -0 $$$$ 2>/dev/null; do printf '.'; sleep 3; done ) & dots=$$!; \
	$(PY) -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[$($*_needs)]'; status=$$?; \
	kill $$dots; if [ $$status -eq 0 ]; then echo ' done.'; else echo ' failed: see above.'; fi; exit $$status
	@touch $@

# First what refimpl needs, with what that needs; then the libraries with --no-deps: several ask for packages to train or
# to plot with that no check uses, and their list of versions is complete.
$(CONFORM)/installed: pyproject.toml constraints.txt tests/against/requirements.txt
	@$(MAKE) --no-print-directory VENV=$(CONFORM) $(CONFORM)/bin/python
	@echo 'Installing what "make conform" needs into $(CONFORM); this happens once and takes a minute or more.'
	@$(CONFORM)/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[torch,jax]' pytest
	@$(CONFORM)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --requirement tests/against/requirements.txt
	@touch $@

$(PY):
	@command -v $(PYTHON) >/dev/null || { echo 'refimpl needs Python 3.11 or newer, and "$(PYTHON)" was not found. Name one: make PYTHON=/path/to/python3'; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "refimpl needs Python 3.11 or newer, and \"$(PYTHON)\" is %d.%d. Name another: make PYTHON=python3.12" % sys.version_info[:2])'
	@$(PYTHON) -m venv $(VENV) || { rm -f $(PY); exit 1; }
