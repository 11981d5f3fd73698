# Two commands matter: `make demo` and `make test`. Both build the environment in .venv first and are quick afterwards.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
JOBS := $(if $(REDIS_URL),1,2)
OCR := tesseract-ocr tesseract-ocr-deu tesseract-ocr-fra

.PHONY: demo serve test lint messages bench bench-ui bench-audit bench-ocr chaos chaos-mail tamper clean
.DEFAULT_GOAL := demo

$(VENV)/.ready: pyproject.toml constraints.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[dev]"
	@touch $@

demo: $(VENV)/.ready
	@tests/system_packages.sh $(OCR)
	$(BIN)/python manage.py demo $(ARGS)

serve: $(VENV)/.ready
	@tests/system_packages.sh $(OCR)
	$(BIN)/python manage.py serve $(ARGS)

lint: $(VENV)/.ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache
	$(BIN)/mypy

test: $(VENV)/.ready lint
	@tests/system_packages.sh
	$(BIN)/pytest --numprocesses $(JOBS) --dist loadfile --ignore tests/browser $(ARGS)
	$(BIN)/pytest --numprocesses $(JOBS) --dist loadfile tests/browser $(ARGS)

bench: $(VENV)/.ready
	$(BIN)/python -m tests.bench $(ARGS)

tamper: $(VENV)/.ready
	$(BIN)/python -m tests.audit.tampering $(ARGS)

bench-audit: $(VENV)/.ready
	$(BIN)/python -m tests.audit.bench $(ARGS)

bench-ocr: $(VENV)/.ready
	$(BIN)/python -m tests.bench ocr
	BENCH_ENGINE=$${BENCH_ENGINE:-doctr} $(BIN)/python -m tests.bench ocr_memory

bench-ui: $(VENV)/.ready
	$(BIN)/python -m tests.bench.desk

messages: $(VENV)/.ready
	$(BIN)/python manage.py messages

chaos: $(VENV)/.ready
	$(BIN)/python -m tests.chaos $(ARGS)

chaos-mail: $(VENV)/.ready
	$(BIN)/python -m tests.ingestion.many_mails $(ARGS)

clean:
	rm -rf $(VENV) var build *.egg-info .mypy_cache .ruff_cache
