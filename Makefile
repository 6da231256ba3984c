PYTHON ?= python3
BIN := .venv/bin
TOY := data/toy_pedestrians
DEMO := work_dirs/demo
# The tests in a process for each core; the largest networks of the configs take 4 GB.
PYTEST := -m pytest -n auto --maxprocesses 4 --dist worksteal

# The examples of these datasets are of their official files.
OFFICIAL := attributes reid small_images

.PHONY: demo test test-all check docs install-det test-det test-upstream

# An environment $(1) with the packages of $(2), those of the tests, and this one.
define make-environment
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and \
	    "Python 3.11 or newer is needed: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv $(1)
	$(1)/bin/pip install -r $(2) -r requirements/tests.txt
	$(1)/bin/pip install --no-deps -e .
	@# Machines without a desktop may lack the libGL that opencv-python asks for.
	@$(1)/bin/python -c 'import cv2' 2>/dev/null || { \
	    version=$$(sed -n 's/^opencv-python==\([^ ]*\).*/\1/p' $(2)); \
	    $(1)/bin/pip uninstall -y opencv-python; \
	    $(1)/bin/pip install --force-reinstall --no-deps opencv-python-headless==$$version; }
	touch $(1)/installed
endef

# The environment is brought up to date when a pinned version changes.
.venv/installed: requirements.txt requirements/tests.txt pyproject.toml
	$(call make-environment,.venv,requirements.txt)

demo: .venv/installed
	rm -rf $(DEMO)
	$(BIN)/python tools/demo.py --toys $(TOY) --work-dir $(DEMO)

test: .venv/installed
	$(BIN)/python $(PYTEST)

# What is marked slow too, the examples of docstrings, and the promises of runs that survive.
test-all: .venv/installed
	$(BIN)/python $(PYTEST) -m ''
	$(BIN)/python -m pytest --doctest-modules par_plugins \
	    $(OFFICIAL:%=--ignore=par_plugins/datasets/%)
	$(BIN)/python tools/reliability.py work_dirs/reliability

check: .venv/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# The site, in docs/_build/index.html; what Sphinx warns of is an error.
.venv/installed-docs: .venv/installed requirements/docs.txt
	$(BIN)/pip install -r requirements/docs.txt
	touch $@

docs: .venv/installed-docs
	$(BIN)/python -m sphinx -q -W --keep-going -b html docs docs/_build

# mmdet needs mmcv's compiled operators; their wheel is built once and kept in the user's cache.
.venv/installed-det: .venv/installed requirements/det.txt \
    projects/detection_attributes/install_det.sh
	projects/detection_attributes/install_det.sh $(BIN)
	touch $@

install-det: .venv/installed-det

# The imports first: without them these tests would be skipped.
test-det: install-det
	$(BIN)/python -c 'import mmcv.ops, mmdet.models'
	$(BIN)/python -m pytest projects/detection_attributes

# The same code on the original packages of OpenMMLab, in an environment of its own.
.venv-upstream/installed: requirements/upstream.txt requirements/tests.txt pyproject.toml
	$(call make-environment,.venv-upstream,requirements/upstream.txt)

test-upstream: .venv-upstream/installed
	.venv-upstream/bin/python $(PYTEST)
