# Everything happens in .venv, which is made on the first call. Another Python: make PYTHON=python3.12 test

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet
EXAMPLE ?= bjt_pair
# a percent between the loads, so that all four gains and the rejection have something to show
RUN_FLAGS ?= $(if $(filter bjt_pair,$(EXAMPLE)),--set drc=0.01)
PYTEST_FLAGS ?= -n auto
AMPLIFIERS ?= 200
MUTANTS ?= 200
DECKS ?= 100000
PROCESSES ?= 0
FUZZ_OUT ?= out/fuzz
SEED ?= 1
SHARE ?= 1
CALLS ?= 10000
KILLS ?= 20
MORE ?= 0
OPAMP ?=

.DEFAULT_GOAL := help
.PHONY: help run test benches boards machines mutants fuzz threads kills survey recorded lint clean

help: ## say what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(VENV)/.installed ## analyze an example (EXAMPLE=bjt_pair) and write its report to out/
	$(BIN)/longtail analyze examples/$(EXAMPLE).cir $(RUN_FLAGS) --out out/$(EXAMPLE)
	@echo "the command is $(BIN)/longtail; . $(BIN)/activate makes it longtail in this shell"

test: $(VENV)/.installed-dev ## run all tests, ngspice beside longtail among them
	@scripts/ensure-ngspice.sh
	$(BIN)/python -m pytest $(PYTEST_FLAGS)

benches: $(VENV)/.installed-dev ## drive many random amplifiers in every way, and compare (AMPLIFIERS=200)
	@scripts/ensure-ngspice.sh
	PYTHONPATH=tests $(BIN)/python -m benches.full $(AMPLIFIERS)

machines: $(VENV)/.installed-dev ## ask everything on every kind of processor, and compare (SHARE=1: all; 20: one in twenty)
	PYTHONPATH=tests $(BIN)/python -m machine.full $(SHARE) $(SEED)

boards: $(VENV)/.installed-dev ## ask everything of boards of op-amps, of transistors too, and tell how long it takes (OPAMP=transistors)
	PYTHONPATH=tests $(BIN)/python -m boards.full $(OPAMP)

mutants: $(VENV)/.installed-dev ## put faults into the engine and the analyses; do the tests notice (MUTANTS=200 SEED=1)
	@scripts/ensure-ngspice.sh
	PYTHONPATH=tests $(BIN)/python -m mutants.full $(MUTANTS) $(SEED)

fuzz: $(VENV)/.installed-dev ## send damaged decks through everything (DECKS=100000 SEED=1 PROCESSES=0: all FUZZ_OUT=out/fuzz)
	PYTHONPATH=tests $(BIN)/python -m fuzz.full $(DECKS) $(SEED) $(PROCESSES) $(FUZZ_OUT)

threads: $(VENV)/.installed-dev ## ask amplifiers from eight threads at once, by both kinds of kernels (CALLS=10000)
	PYTHONPATH=tests $(BIN)/python -m threads.full $(CALLS)

kills: $(VENV)/.installed-dev ## kill longtail mc at many random moments and go on, and compare (KILLS=20 for each kind of file, SEED=1)
	PYTHONPATH=tests $(BIN)/python -m kills.full $(KILLS) $(SEED)

survey: $(VENV)/.installed-dev ## what of a folder of decks is refused and why, and how far the rest is from ngspice (DIR=folder)
	@scripts/ensure-ngspice.sh
	PYTHONPATH=tests $(BIN)/python -m survey.full $(DIR)

continuations: $(VENV)/.installed-dev ## which ways lead to the operating points of a folder of decks, beside ngspice's (DIR=folder)
	@scripts/ensure-ngspice.sh
	PYTHONPATH=tests $(BIN)/python -m survey.ways $(DIR)

recorded: $(VENV)/.installed-dev ## show which recorded answers have changed, and record them (MORE=0: so many new ones)
	PYTHONPATH=tests $(BIN)/python -m recorded.record $(MORE)

lint: $(VENV)/.installed-dev ## check style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

clean: ## remove the virtual environment, caches and reports
	rm -rf $(VENV) out dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamps make a second call start at once; the project is installed editable, so only pyproject.toml matters.
$(VENV)/.installed: pyproject.toml scripts/ensure-venv.sh
	@scripts/ensure-venv.sh $(PYTHON) $(VENV)
	$(PIP) --editable .
	@touch $@

$(VENV)/.installed-dev: pyproject.toml scripts/ensure-venv.sh
	@scripts/ensure-venv.sh $(PYTHON) $(VENV)
	$(PIP) --editable '.[dev]'
	@touch $(VENV)/.installed $@
