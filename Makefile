# Every target does its own set-up. Python >= 3.11 and make are enough for all but `programs`, `idl`
# and `check`, which install the Rust toolchain where it is missing (see tools/toolchain.sh).
SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PY := .venv/bin/python
PYTEST_WORKERS ?= 2
PYTEST := $(PY) -m pytest -n $(PYTEST_WORKERS) --dist worksteal
PYTEST_ANCHORPY := .venv-anchorpy/bin/python -m pytest -n $(PYTEST_WORKERS) --dist worksteal
# The program matrices run once, in the current lane: both lanes run builds of the same source.
ANCHORPY_TESTS = $(wildcard tests/unit tests/codec tests/sdk tests/anchorpy tests/localnet tests/scenarios)
PYTHON_SOURCES = sdk/ionet localnet tools $(wildcard benchmarks examples tests)
TYPED_SOURCES = sdk/ionet tools $(wildcard benchmarks examples)

.PHONY: help setup fmt fmt-check lint type test test-fast test-anchorpy test-lanes test-rust demo \
	programs programs-check bench bench-check idl generate generate-check docs lock check clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 18

setup: .venv/.ready ## create .venv with everything that demo and test need

.venv/.ready: pyproject.toml constraints/current.txt tools/venv.sh tools/wheelhouse.sh
	@tools/venv.sh .venv current test && tools/wheelhouse.sh .venv current .venv/wheelhouse && touch $@

.venv/.tools: .venv/.ready
	@tools/venv.sh .venv current test,lint,docs && touch $@

.venv-anchorpy/.ready: pyproject.toml constraints/anchorpy.txt tools/venv.sh
	@tools/venv.sh .venv-anchorpy anchorpy test,anchorpy && touch $@

demo: .venv/.ready ## run the market's demo on the embedded localnet
	@.venv/bin/ionet demo

test: .venv/.ready ## run all tests in the current lane
	$(PYTEST)

test-fast: .venv/.ready ## run the tests that take no more than a few seconds
	$(PYTEST) -m "not slow and not packaging"

test-anchorpy: .venv-anchorpy/.ready ## run SDK, adapter, parity and scenario tests in the anchorpy lane
	$(PYTEST_ANCHORPY) $(ANCHORPY_TESTS)

test-lanes: test test-anchorpy ## run the tests in both lanes

test-rust: ## run the host tests of the Rust crates
	tools/rust.sh test

fmt: .venv/.tools ## format Python and Rust
	$(PY) -m ruff format $(PYTHON_SOURCES) && $(PY) -m ruff check --fix-only --quiet $(PYTHON_SOURCES) && tools/rust.sh fmt

fmt-check: .venv/.tools
	$(PY) -m ruff format --check $(PYTHON_SOURCES) && tools/rust.sh fmt-check

lint: .venv/.tools ## lint Python and Rust
	$(PY) -m ruff check $(PYTHON_SOURCES) && tools/rust.sh lint

type: .venv/.tools ## check types with mypy --strict and pyright
	$(PY) -m mypy $(TYPED_SOURCES) && $(PY) -m pyright --warnings

idl: ## write idl/ from the declared surface of the programs
	tools/rust.sh idl

generate: .venv/.tools ## write the generated Python modules
	$(PY) -m tools.generate && $(PY) -m tools.unasync

generate-check: .venv/.tools
	$(PY) -m tools.generate --check && $(PY) -m tools.unasync --check

programs: .venv/.ready ## rebuild programs, IDLs and the modules generated from them
	PYTHON=$(PY) tools/programs.sh && $(MAKE) --no-print-directory generate

programs-check: .venv/.ready
	PYTHON=$(PY) tools/programs.sh --check

bench: .venv/.ready ## measure compute units, sizes and speed
	$(PY) benchmarks/run.py

bench-check: .venv/.ready
	$(PY) benchmarks/run.py --check

docs: .venv/.tools ## build the documentation into site/
	NO_MKDOCS_2_WARNING=1 $(PY) -m mkdocs build --strict --quiet

lock: ## refresh constraints/ with the newest versions allowed
	tools/lock.sh current test,lint,docs && tools/lock.sh anchorpy test,anchorpy

check: fmt-check lint type test-rust generate-check programs-check bench-check docs ## all that a change must pass besides the tests

clean: ## remove everything that can be made again
	rm -rf .venv .venv-anchorpy build dist site programs/target .hypothesis .mypy_cache .pytest_cache .ruff_cache
