# `make demo` and `make test` need Python 3.11 to 3.14, make, and pip; nothing else.

PYTHON ?= python3
VENV := .venv
# Modules are compiled when they are first imported, because most never are.
PIP := $(VENV)/bin/pip install --quiet --disable-pip-version-check --no-compile \
  -c constraints.txt
# What is installed is stamped, so that a second start has nothing to do.
DEMO_STAMP := $(VENV)/.installed
TEST_STAMP := $(VENV)/.installed-test
DOCS_STAMP := $(VENV)/.installed-docs
DEMO_FLAGS ?=
STUDY_FLAGS ?=
DEMO_RUN ?= runs/demo
LOOK_RUN ?= runs/look
LOOK_FLAGS ?=
LOOK := --config.dataset.builder_config=neutral_to_apex_small \
  --config.execution.first_trials=1 \
  --config.training.stages='((300, 0.0004), (100, 0.00004))'

# Trains the embedded dataset's model, and predicts a video; in a folder, with flags.
define train_and_predict
$(VENV)/bin/python -m stc_jax.main --config=launch/synthetic.py --workdir=$(1) $(2)
@echo "predicting a rendered video of a subject whom the model never saw:"
@$(VENV)/bin/python -m stc_jax.datasets.synthetic_faces.unseen_clip --out=$(1)/unseen/happiness.mp4
$(VENV)/bin/python -m stc_jax.predict --model=$(1) $(1)/unseen/happiness.mp4 --out=$(1)/unseen/answer
endef

.PHONY: demo look study test test-slow lint docs tutorials clean

demo: $(DEMO_STAMP)
	$(call train_and_predict,$(DEMO_RUN),$(DEMO_FLAGS))

# A trial of a few steps on a small rendering, and its prediction: what the files look
# like. It says nothing about accuracy.
look: $(DEMO_STAMP)
	$(call train_and_predict,$(LOOK_RUN),$(LOOK) $(LOOK_FLAGS))

# All methods and depths on the embedded dataset, with a third of the demo's steps.
study: $(DEMO_STAMP)
	$(VENV)/bin/python -m stc_jax.main --config=launch/synthetic_study.py:all --workdir=runs/study $(STUDY_FLAGS)
	$(VENV)/bin/python -m stc_jax.report --workdir=runs/study --note="A third of the demo's steps."

test: $(TEST_STAMP) lint
	$(VENV)/bin/python -m pytest

test-slow: $(TEST_STAMP)
	$(VENV)/bin/python -m pytest -m slow

lint: $(TEST_STAMP)
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .

# The site, in build/site; any warning is an error. `make tutorials` runs the code of its
# tutorials, too.
tutorials: export TUTORIALS := cache
tutorials: docs

docs: $(DOCS_STAMP)
	$(VENV)/bin/python -m sphinx --nitpicky -W --keep-going -q -d build/doctrees docs build/site
	@echo "open build/site/index.html"

$(VENV)/bin/pip:
	$(PYTHON) -m venv $(VENV)

$(DEMO_STAMP): $(VENV)/bin/pip pyproject.toml constraints.txt
	@echo "installing into $(VENV): about a minute, 1.4 GB"
	$(PIP) -e .
	@touch $@

$(TEST_STAMP): $(DEMO_STAMP)
	$(PIP) -e '.[test]'
	@touch $@

$(DOCS_STAMP): $(DEMO_STAMP)
	$(PIP) -e '.[docs]'
	@touch $@

clean:
	rm -rf $(VENV) build runs docs/generated .pytest_cache .ruff_cache
