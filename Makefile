# The verbs of the project: the same for people, CI and hooks. Bare `make` lists them.
SHELL := bash
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
PY := backend/.venv/bin/python
APP := cd backend && exec .venv/bin/python -m app
RUN_ENV := backend/.venv/.requirements.stamp
DEV_ENV := backend/.venv/.requirements-dev.stamp
LINT_ENV := backend/.venv-lint/.stamp
NODE_ENV := frontend/node_modules/.package-lock.json
NODE_DEV_ENV := frontend/node_modules/.dev.stamp
DIST := frontend/dist/index.html

help: ## List the verbs
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | awk -F'\t' '{printf "  make %-17s %s\n", $$1, $$2}'

run: setup ## Start everything; the dashboard is at http://localhost:8000 (ARGS="--port 9000")
	@$(APP) serve $(ARGS)

setup:
	@$(MAKE) -j2 --output-sync=target $(RUN_ENV) $(DIST)

dev: $(DEV_ENV) $(NODE_DEV_ENV) ## Backend that restarts itself on :8000, dashboard with hot reload on :5173
	@$(PY) scripts/dev.py

test: ## Everything CI runs (ONLY="check client backend frontend e2e" picks stages)
	@$(MAKE) -j2 --output-sync=target $(DEV_ENV) $(NODE_DEV_ENV) $(LINT_ENV)
	@$(PY) scripts/test.py $(ONLY)

test-long: $(DEV_ENV) $(NODE_DEV_ENV) ## What is too long for CI: branches, many examples, every mutant, the kill test
	@$(PY) scripts/test.py long

test-browser: $(DEV_ENV) $(NODE_DEV_ENV) $(DIST) ## A whole simulated day in the browser (ARGS="--stages faults --only words")
	@cd frontend && ../scripts/node.sh npm run --silent e2e -- $(ARGS)

test-browser-full: $(DEV_ENV) $(NODE_DEV_ENV) $(DIST) ## Every page in every state and size, with pictures (a quarter of an hour)
	@cd frontend && ../scripts/node.sh npm run --silent e2e -- --cases all $(ARGS)

check: ## Format, lint, types, import directions: both languages
	@$(MAKE) -j2 --output-sync=target $(DEV_ENV) $(NODE_DEV_ENV) $(LINT_ENV)
	@$(PY) scripts/test.py check

test-nginx: $(DEV_ENV) $(NODE_DEV_ENV) $(DIST) ## The shipped nginx in front of the application: routes, sockets, limits, logs, TLS
	@cd backend && .venv/bin/python -m pytest -m nginx tests/nginx $(ARGS)

test-deploy: $(DEV_ENV) ## The backend's image run by hand, backup and restore, alarms and dashboards, deploy.sh's checks
	@cd backend && .venv/bin/python -m pytest -m 'not nginx' tests/deploy $(ARGS)

test-minutes: $(DEV_ENV) ## Backend tests that take minutes: backup under load, accounts from outside, the Python client, mutants, benchmarks
	@cd backend && .venv/bin/python -m pytest -m 'minutes and not nginx' $(ARGS)

lint-files: $(DEV_ENV) $(LINT_ENV) $(NODE_DEV_ENV) ## Compose, Dockerfiles, workflows, nginx, shell and alarms under the field's tools
	@$(PY) scripts/lint_files.py

audit: $(LINT_ENV) ## Known vulnerabilities of what we depend on: pip-audit and npm audit
	@backend/.venv-lint/bin/pip-audit --strict --require-hashes --disable-pip -r backend/requirements.lock
	@cd frontend && ../scripts/node.sh npm audit --audit-level=high

backup: $(RUN_ENV) ## Back up history, accounts and spool while everything runs: make backup [DIR=backups]
	@scripts/backup.sh $(DIR)

restore: $(RUN_ENV) ## Put a backup into an empty database: make restore FROM=backups/TIME [ARGS=--force]
	@test -n "$(FROM)" || { echo 'make restore FROM=backups/TIME [ARGS=--force]' >&2; exit 2; }
	@scripts/restore.sh $(FROM) $(ARGS)

fmt: $(DEV_ENV) ## Format the Python code
	@cd backend && .venv/bin/ruff format . ../clients/python && .venv/bin/ruff check --fix . ../clients/python

bench: $(DEV_ENV) ## Measure and print the figures beside their targets
	@cd backend && .venv/bin/python -m benchmarks $(ARGS)

bench-ws: $(DEV_ENV) ## Measure the fan-out to 10,000 clients (BENCH_SECONDS=600 for the full run; needs a C compiler)
	@cd backend && .venv/bin/python -m benchmarks.ws_bench $(ARGS)

bench-dashboard: $(DEV_ENV) $(NODE_DEV_ENV) $(DIST) ## The board with 1,600 symbols at 2,000 messages/s (ARGS="--seconds 7200")
	@cd frontend && ../scripts/node.sh npm run --silent bench -- $(ARGS)

fuzz-ws: $(DEV_ENV) ## Say 100,000 foolish things on WebSockets (FRAMES=100000)
	@cd backend && FUZZ_FRAMES=$(or $(FRAMES),100000) .venv/bin/python -m pytest tests/api/test_fuzzed_frames.py --timeout 3600

chaos: $(DEV_ENV) ## A simulated day in a minute while everything breaks: make chaos SEED=7 [SEEDS=50]
	@cd backend && .venv/bin/python -m benchmarks.chaos --seed $(or $(SEED),1) --seeds $(or $(SEEDS),1) $(ARGS)

soak: $(DEV_ENV) ## Hours of market at speed; memory, descriptors, tasks and latency by the hour (HOURS=8)
	@cd backend && .venv/bin/python -m benchmarks.soak --hours $(or $(HOURS),8) $(ARGS)

test-timescale: $(DEV_ENV) ## The history's contract tests on a real TimescaleDB: DATABASE_URL=postgresql://...
	@DATABASE_URL='$(DATABASE_URL)' $(PY) scripts/test_timescale.py $(ARGS)

migrate: $(RUN_ENV) ## Bring the database's tables up to date (a start does it too)
	@$(APP) migrate $(ARGS)

export: $(RUN_ENV) ## Write a table to a file: make export TABLE=candles OUT=vcb.csv ARGS="--symbol VCB"
	@test -n "$(TABLE)" || { echo 'make export TABLE=candles OUT=vcb.csv [ARGS="--symbol VCB --interval 5m"]' >&2; exit 2; }
	@$(APP) export $(TABLE) $(if $(OUT),--out $(abspath $(OUT))) $(ARGS)

db-check: $(RUN_ENV) ## Recount candles against trades, and totals against the feed's TotalVol
	@$(APP) db-check $(ARGS)

users: $(RUN_ENV) ## Who may log in: make users ARGS="add an --admin" (ARGS="--help")
	@$(APP) users $(ARGS)

doctor: $(RUN_ENV) ## Check keys, hosts, token, clock, disk, file limit and database
	@$(APP) doctor $(ARGS)

parquet: $(RUN_ENV) ## Install what exports to parquet need (pyarrow, 55 MB)
	@scripts/python.sh requirements-parquet.lock

simulate: $(RUN_ENV) ## Start only the stand-in SSI server (ARGS="--help")
	@$(APP) simulate $(ARGS)

replay: setup ## Play a recording or a trade file: make replay FILE=path [SPEED=10|max] [ARGS=--skip-lunch]
	@test -n "$(FILE)" || { echo 'make replay FILE=path/to/feed-DATE.jsonl.gz [SPEED=10]' >&2; exit 2; }
	@$(APP) replay $(addprefix ../,$(filter-out /%,$(FILE))) $(filter /%,$(FILE)) --speed $(or $(SPEED),10) $(ARGS)

record: $(RUN_ENV) ## Record the feed's raw frames: make record DIR=recordings
	@$(APP) record --dir $(abspath $(or $(DIR),recordings)) $(ARGS)

replay-hash: $(RUN_ENV) ## Print the hash of each day of a recording: make replay-hash FILE=path (ARGS="--speed 100")
	@test -n "$(FILE)" || { echo 'make replay-hash FILE=path/to/feed-DATE.jsonl.gz' >&2; exit 2; }
	@$(APP) day-hash $(addprefix ../,$(filter-out /%,$(FILE))) $(filter /%,$(FILE)) $(ARGS)

verify-real: $(DEV_ENV) ## Check our figures against real sessions: make verify-real DATA=folder
	@test -n "$(DATA)" || { echo 'make verify-real DATA=folder with the trade files' >&2; exit 2; }
	@cd backend && .venv/bin/python -m benchmarks.verify_real $(abspath $(DATA))

api: $(DEV_ENV) $(NODE_DEV_ENV) ## Generate openapi.json, the dashboard's REST types from it, and docs/asyncapi.json
	@$(PY) scripts/openapi.py
	@cd frontend && ../scripts/node.sh npm run api --silent

lock: $(DEV_ENV) ## Pin the dependencies anew
	@cd backend && for f in requirements requirements-dev requirements-lint requirements-parquet requirements-uv requirements-node; do \
	  .venv/bin/uv pip compile -q --universal --python-version 3.12 --generate-hashes --no-header --no-emit-index-url $$f.in -o $$f.lock || exit 1; done
	@cd clients/python && ../../backend/.venv/bin/uv pip compile -q --universal --python-version 3.12 --generate-hashes --no-header --no-emit-index-url \
	  -c ../../backend/requirements-dev.lock requirements-dev.in -o requirements-dev.lock
	@cd frontend && ../scripts/node.sh npm install --package-lock-only

clean: ## Remove what the verbs made (environments, builds, caches)
	@rm -rf backend/.venv backend/.venv-lint backend/.venv-node frontend/node_modules frontend/dist backend/.mypy_cache backend/.ruff_cache

$(RUN_ENV): backend/requirements.lock scripts/python.sh
	@scripts/python.sh requirements.lock

$(DEV_ENV): backend/requirements-dev.lock backend/requirements.lock scripts/python.sh
	@scripts/python.sh requirements-dev.lock
	@touch $(RUN_ENV)

$(LINT_ENV): backend/requirements-lint.lock | $(DEV_ENV)
	@echo 'python: installing requirements-lint.lock into backend/.venv-lint'
	@backend/.venv/bin/uv venv --quiet --allow-existing --python backend/.venv/bin/python backend/.venv-lint
	@backend/.venv/bin/uv pip install --quiet --python backend/.venv-lint/bin/python --require-hashes -r backend/requirements-lint.lock
	@touch $@

# node.sh may need the Python environment for its wheel, but only on machines without Node
$(NODE_ENV): frontend/package-lock.json | $(if $(shell command -v npm),,$(RUN_ENV))
	@echo 'node: installing what the dashboard is built with'
	@cd frontend && ../scripts/node.sh npm ci --omit=dev --no-fund --no-audit --loglevel=error

$(NODE_DEV_ENV): frontend/package-lock.json | $(if $(shell command -v npm),,$(RUN_ENV))
	@echo 'node: installing what the dashboard is built and tested with'
	@cd frontend && ../scripts/node.sh npm ci --no-fund --no-audit --loglevel=error && touch node_modules/.dev.stamp

$(DIST): $(NODE_ENV) $(shell git ls-files frontend/src frontend/public frontend/index.html frontend/vite.config.ts 2>/dev/null)
	@echo 'node: building the dashboard'
	@cd frontend && ../scripts/node.sh npm run build --silent && touch dist/index.html

.PHONY: help run setup dev test test-long test-nginx test-deploy test-minutes lint-files audit backup restore check fmt test-browser test-browser-full bench bench-dashboard fuzz-ws bench-ws test-timescale migrate export db-check users doctor parquet simulate replay replay-hash record verify-real chaos soak api lock clean
