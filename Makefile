# The verbs people type. Each sets up what it needs; nothing is done twice.
SHELL := /bin/bash
.DEFAULT_GOAL := help
VENV := .venv
PYTHON := $(VENV)/bin/python
STAMP := $(VENV)/.installed
# without .pyc files Airflow, dbt and Great Expectations start two to three times slower
unexport PYTHONDONTWRITEBYTECODE
export PYTHONPATH := $(CURDIR)

.PHONY: help setup demo test up benchmark fuzz lock clean

help:  ## this list
	@grep -E '^[a-z]+:.*##' Makefile | sed 's/:.*##/\t/'

$(VENV)/bin/uv:
	@echo "setup: 仮想環境と uv を用意します"
	@python3 -m venv $(VENV)
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check uv

$(STAMP): requirements.txt | $(VENV)/bin/uv
	@echo "setup: requirements.txt のとおりに入れます"
	@$(VENV)/bin/uv pip sync --quiet --system-certs --python $(PYTHON) requirements.txt
	@touch $@

setup: $(STAMP)  ## virtual environment and locked requirements

demo: $(STAMP)  ## generate exports, run the DAGs, say where to look
	@$(PYTHON) -m include.cli demo

test: $(STAMP)  ## the whole test suite, in parallel
	@$(PYTHON) -m pytest -n 2 --dist loadfile --no-loadscope-reorder -q

up: $(STAMP)  ## Airflow on this machine: UI, scheduler, executor
	@$(PYTHON) -m include.cli up

benchmark: $(STAMP)  ## seconds and rows of each stage at tiny and small
	@$(PYTHON) -m include.cli benchmark

fuzz: $(STAMP)  ## 20,000 mutated files through the row gate (FILES=n SEED=n)
	@$(PYTHON) -m tests.unit.ingest.fuzz --files $(or $(FILES),20000) --seed $(or $(SEED),1)

lock: $(STAMP)  ## compile requirements.in into requirements.txt
	@$(VENV)/bin/uv pip compile --quiet --system-certs --no-header --python-version 3.11 requirements.in -o requirements.txt
	@$(VENV)/bin/uv pip compile --quiet --system-certs --no-header --python-version 3.11 requirements-lifetimes.in -o requirements-lifetimes.txt

clean:  ## remove generated data and the virtual environment
	@rm -rf $(VENV) data
