# Developer shortcuts; users need only ./oiis. Nothing here is required to run or test.
PY = .venv/bin/python
UV = uv
COMPILE = $(UV) pip compile --quiet --python-version 3.11 --generate-hashes --only-binary :all: \
	--no-emit-index-url --no-emit-find-links --no-annotate --custom-compile-command "make lock" --no-emit-package torch

.PHONY: check lint format types test arch lock clean
check: lint types test  ## lint, format, strict types, tests with warnings as errors, architecture guards

lint:  ## style and format, nothing rewritten
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .

format:  ## rewrite what can be rewritten safely
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

types:  ## strict types
	$(PY) -m mypy .

test:  ## the default test run
	./oiis test

arch:  ## only the guards of the house
	$(PY) -m pytest -q tests/test_architecture.py tests/test_catalogs.py

lock:  ## regenerate the hash-pinned files from pyproject.toml (needs uv); requirements-torch.txt is kept by hand
	$(COMPILE) pyproject.toml -o requirements.txt
	$(COMPILE) --group dev -c requirements.txt -o requirements-dev.txt
	for extra in postgres models tracing spark voice pdf; do \
	  $(COMPILE) pyproject.toml --extra $$extra -c requirements.txt -o requirements-$$extra.txt || exit 1; done

clean:  ## forget caches; var/ is left alone
	rm -rf .pytest_cache .mypy_cache .ruff_cache
