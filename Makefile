# Developer shortcuts; users need only ./oiis. Nothing here is required to run or test.
PY = .venv/bin/python

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

lock:  ## regenerate the hash-pinned files from pyproject.toml (needs uv)
	.ci/lock

clean:  ## forget caches; var/ is left alone
	rm -rf .pytest_cache .mypy_cache .ruff_cache
