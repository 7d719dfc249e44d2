# Everyday commands. Nothing needs to be active: each works in the project's own environment.

VENV ?= .venv
PYTHON ?= python3
LAB_ARGS ?=
LOCK_ARGS ?=
GROWTH ?= growth.svg
MUTANTS ?=
STORE ?=
PLAY ?= all

BIN := $(VENV)/bin
INSTALLED := pyproject.toml $(shell find settings -type f)
COMPILE = $(BIN)/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 \
	--fork-strategy fewest --generate-hashes --custom-compile-command "make lock"

# What is used is compiled once, when it is first used; all of it would take longer than the tests need.
unexport PYTHONDONTWRITEBYTECODE

# The matrices are small: a second BLAS thread only costs time.
export OPENBLAS_NUM_THREADS := 1
export OMP_NUM_THREADS := 1

.DEFAULT_GOAL := help
.PHONY: help lab test lint types page unit play exercises-proof notebooks mutants bench bench-quick bench-rates bench-widgets mnist-runs nbgrader lock clean

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-14s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

lab: $(VENV)/locked-lab ## Install the course and open it in JupyterLab (LAB_ARGS=--no-browser on a server)
	@$(BIN)/jupyter trust notebooks/*.ipynb notebooks/audit/*.ipynb
	$(BIN)/jupyter lab --LabApp.default_url=/lab/tree/notebooks/00_start_here.ipynb \
		$(if $(filter 0,$(shell id -u)),--allow-root) $(LAB_ARGS)

test: lint types ## Run every check: style, types, tests, notebooks, browser
	$(BIN)/pytest

lint: $(VENV)/locked-test ## Check style and formatting
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(VENV)/locked-test ## Check the types of backprop_lib
	$(BIN)/mypy

page: $(VENV)/locked-test ## Check the scripts of the widgets: style, types, their own tests (needs npm)
	$(BIN)/pytest tests/page --numprocesses=0

unit: $(VENV)/locked-test ## Run the fast tests: no notebooks, no browser
	$(BIN)/pytest tests backprop_lib --ignore tests/browser

play: $(VENV)/locked-test ## Run every chapter after every edit of tests/plays.toml (PLAY="01 w1" for some)
	PLAY="$(PLAY)" $(BIN)/pytest tests/test_play.py --dist=load

exercises-proof: $(VENV)/locked-test ## Examine 1,000 rewrites and 10,000 random answers for each derivative: minutes
	PROOF=all $(BIN)/pytest tests/exercises/test_right_forms.py tests/exercises/test_wrong_answers.py --dist=load

notebooks: $(VENV)/locked-test ## Write the exercises, execute every notebook again, store its outputs, announce its minutes
	$(BIN)/python tests/support/write_exercises.py
	$(BIN)/python tests/support/store_notebooks.py notebooks/*.ipynb notebooks/audit/*.ipynb
	$(BIN)/python tests/support/minutes.py --write notebooks/*.ipynb
	$(BIN)/python tests/support/checker_page.py

mutants: $(VENV)/locked-test ## Break the mathematics, one small change at a time; say what no test noticed (MUTANTS=core/network)
	$(BIN)/python tests/support/mutate.py $(MUTANTS)

bench: $(VENV)/locked-test ## Compare the training's speed with what is installed; draw its growth (GROWTH=FILE STORE=--store)
	$(BIN)/python benchmarks/training.py $(STORE)
	$(BIN)/python benchmarks/training_growth.py $(GROWTH) $(STORE)

bench-quick: $(VENV)/locked-test ## The same comparison, short: less than a minute
	$(BIN)/python benchmarks/training.py --quick

bench-rates: $(VENV)/locked-test ## Try all that the texts say about learning rates and causes: minutes
	$(BIN)/python benchmarks/learning_rates.py --all

bench-widgets: $(VENV)/locked-test ## Measure a slider, from key press to changed pixels
	$(BIN)/python benchmarks/widget_latency.py

mnist-runs: $(VENV)/locked-test ## Repeat document 003's run on MNIST, and those with other conventions: some minutes
	$(BIN)/python benchmarks/document_003_mnist.py

nbgrader: $(VENV)/locked-test ## Release, fetch, submit, grade and give back all exercises with the real nbgrader: minutes
	$(BIN)/python -m venv $(VENV)/nbgrader
	$(VENV)/nbgrader/bin/python -m pip install --quiet --disable-pip-version-check nbgrader==0.9.6
	NBGRADER=$(VENV)/nbgrader/bin $(BIN)/pytest -s --numprocesses=0 tests/exercises/round_trip.py

lock: $(VENV)/locked-test ## Remake requirements/ from pyproject.toml (LOCK_ARGS=--upgrade for newer versions)
	$(COMPILE) $(LOCK_ARGS) --output-file requirements/lab.txt --extra lab
	$(COMPILE) $(LOCK_ARGS) --output-file requirements/test.txt --extra test -c requirements/lab.txt
	sed -n '/^[a-z]/s/ *\\$$//p' requirements/lab.txt > requirements/pins.txt

clean: ## Remove the environment and everything made by running
	rm -rf $(VENV) .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -prune -exec rm -rf {} +
	find . -name .ipynb_checkpoints -prune -exec rm -rf {} +

$(VENV)/locked-%: requirements/%.txt $(INSTALLED) | $(BIN)/pip
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes -r $<
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@$(BIN)/python -c 'import matplotlib.font_manager' # looks for fonts once, not in a notebook
	@touch $@

$(BIN)/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
		|| { echo "$(PYTHON) is not Python 3.11 or later: name one with make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
		|| { echo "$(PYTHON) cannot make environments: install its venv module (Debian: python3-venv)"; exit 1; }
	$(PYTHON) -m venv $(VENV)
