# Needs make and Python 3.11 or later. Another Python: make run PYTHON=python3.12
PYTHON ?= python3
BOOTSTRAP := $(PYTHON) -m jobsite.bootstrap
BIN := .venv/bin

# Enough for production settings to load, and for nothing else.
SAMPLE := SECRET_KEY=only-for-this-check-0123456789-abcdefghijklmnopqrstuvwxyz \
	ADDRESS_KEY=only-for-this-check-zyxwvutsrqponmlkjihgfedcba-9876543210 \
	ALLOWED_HOSTS=jobs.example SITE_URL=https://jobs.example \
	EMAIL_URL=smtp://localhost DEFAULT_FROM_EMAIL=jobs@jobs.example

.DEFAULT_GOAL := help

.PHONY: help
help: ## Show this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z0-9-]+:.*## / {printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: run
run: ## Set everything up and run the board with its demo; PORT=8001 HOST=0.0.0.0
	@$(BOOTSTRAP) run

.PHONY: test
test: ## Run the tests, as far as this machine can; T=tests/jobs for some of them
	@$(BOOTSTRAP) test $(T)

.PHONY: e2e
e2e: ## Run the browser tests alone
	@$(BOOTSTRAP) e2e

.PHONY: slow
slow: ## Run the tests that take minutes
	@$(BOOTSTRAP) slow

.PHONY: faults
faults: ## Kill workers, mail servers and databases at random; ROUNDS=5 SEED=1
	@$(BOOTSTRAP) faults

.PHONY: bench
bench: setup ## Measure delivery and pages beside what is asked; ROW="sending pages"
	@$(BIN)/python -m tests.bench $(ROW)

.PHONY: screenshots
screenshots: setup ## Take the pictures of docs/editors.md anew, from the demo
	@$(BIN)/python -m tests.screenshots

.PHONY: lighthouse
lighthouse: setup ## Ask Lighthouse of public pages; needs npx and Chromium; PAGE=job
	@$(BIN)/python -m tests.lighthouse $(PAGE)

.PHONY: check
check: setup ## Check style, types, layers, templates, settings and migrations
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	find templates -name '*.html' -exec $(BIN)/djade --target-version 5.2 --check {} +
	$(BIN)/djlint --lint --quiet templates
	DATABASE_URL=sqlite://:memory: $(BIN)/python manage.py check --fail-level WARNING
	DATABASE_URL=sqlite://:memory: $(BIN)/python manage.py makemigrations --check --dry-run
	$(SAMPLE) $(BIN)/python manage.py check --deploy --fail-level WARNING --settings jobsite.settings.production

.PHONY: format
format: setup ## Format Python and templates, and mend what can be mended
	$(BIN)/ruff check --fix
	$(BIN)/ruff format
	find templates -name '*.html' -exec $(BIN)/djade --target-version 5.2 {} +

.PHONY: setup
setup: ## Prepare .venv with what development needs
	@$(BOOTSTRAP) setup

.PHONY: reset
reset: ## Remove the database, emails and uploads of the demo (asks first)
	@$(BOOTSTRAP) reset

.PHONY: env-example
env-example: setup ## Write .env.example from the table of variables
	$(BIN)/python -m jobsite.settings.variables > .env.example

COMPILE = $(BIN)/uv pip compile --quiet --universal --generate-hashes \
	--no-emit-index-url --no-header --no-annotate $(UPGRADE)

.PHONY: lock
lock: setup ## Lock what pyproject.toml asks for; UPGRADE=--upgrade for the newest
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/tools.txt
	$(COMPILE) pyproject.toml -o requirements/run.txt
	$(COMPILE) pyproject.toml --extra redis -c requirements/run.txt -o requirements/redis.txt
	$(COMPILE) pyproject.toml --extra redis --group dev -c requirements/redis.txt -o requirements/dev.txt
	$(COMPILE) --group tools -o requirements/tools.txt
