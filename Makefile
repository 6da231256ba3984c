PYTHON ?= python3
BIN := .venv/bin
TOY := data/toy_pedestrians
DEMO := work_dirs/demo

.PHONY: demo test check

# The environment is made anew when a pinned version changes.
.venv/installed: requirements.txt requirements/tests.txt pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install -r requirements.txt -r requirements/tests.txt
	$(BIN)/pip install --no-deps -e .
	touch $@

$(TOY)/annotation.mat: | .venv/installed
	$(BIN)/python tools/dataset/make_toy.py $(TOY)

demo: .venv/installed $(TOY)/annotation.mat
	$(BIN)/python tools/train.py configs/toy/resnet18_toy_pedestrians.py --work-dir $(DEMO)
	$(BIN)/python tools/analysis/show_predictions.py configs/toy/resnet18_toy_pedestrians.py \
	    $(DEMO)/best*.pth $(DEMO)/predictions.png
	@echo
	@echo "checkpoint:           $$(ls $(DEMO)/best*.pth)"
	@echo "per-attribute table:  $(DEMO)/test_attributes.csv"
	@echo "pictures:             $(DEMO)/test_attributes.png (scores of each attribute)"
	@echo "                      $(DEMO)/predictions.png (pedestrians and what was predicted)"
	@echo "training curves:      $(BIN)/tensorboard --logdir $(DEMO)"

test: .venv/installed
	$(BIN)/python -m pytest

check: .venv/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
