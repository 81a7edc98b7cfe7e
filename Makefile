# Lavoro in Corso. `make` shows what there is.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

STATE := .lavoro
BIN := $(STATE)/bin
# A newer Node than the system's, where .ci/install had to fetch one.
export PATH := $(CURDIR)/$(STATE)/node/node_modules/.bin:$(PATH)

# Which bench to run: all of them, or `make bench ONLY=reads`, ONLY=live for those of live updates, ONLY=live.idle for one of them.
ONLY ?=
# Arguments for `lavoro up`, as in `make run ARGS="--listen :9090"`, or for the bench: `make bench ONLY=live.churn ARGS="--churn 30m"`.
ARGS ?=
# What `make test` tests: `make test PACKAGES=./internal/values/... RUN=IBAN`.
PACKAGES ?= ./...
RUN ?=
FUZZTIME ?= 20s
# The commit whose lines `make lines` counts; none is the folder as it stands.
COMMIT ?=
# How long `make faults` goes on at least.
FAULTSTIME ?= 3m
# A program with the race detector in it sleeps a second before it ends, for goroutines that are left to run into a race: of forty test
# programs and those that they start, one after the other. A tenth is time enough for what runs at all.
export GORACE ?= atexit_sleep_ms=100

# $(call timed,name,command) runs a command and says how long it took.
timed = began=$$(date +%s); $(2); printf '%-12s %s s\n' '$(1)' "$$(( $$(date +%s) - began ))"

.PHONY: help
help: ## Show this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: ## Install what is missing, build, and serve the demonstration on :8080 (Ctrl-C ends it)
	@$(call timed,install,.ci/install run)
	@$(call timed,build,$(MAKE) -s build)
	@exec $(BIN)/lavoro up $(ARGS)

.PHONY: build
build: ## Build .lavoro/bin/lavoro
	@mkdir -p $(BIN)
	@go build -o $(BIN)/lavoro ./cmd/lavoro

.PHONY: test
test: ## Run every test on a private PostgreSQL and Redis (PACKAGES=./internal/x/... RUN=Name for some)
	@$(call timed,install,.ci/install test)
	@mkdir -p $(BIN)
	@go build -o $(BIN)/testenv ./internal/platform/testdb/testenv
	@exec $(BIN)/testenv -- go test -race -vet=off -count=1 -timeout 25m $(if $(RUN),-run '$(RUN)') $(PACKAGES)

.PHONY: faults
faults: ## Kill, freeze and flush each part while 200 follow; nobody may lose an event or get one twice (FAULTSTIME=3m)
	@.ci/install test
	@LAVORO_FAULTS=$(FAULTSTIME) go test -race -vet=off -count=1 -timeout 30m -v -run '^TestFaultsLoseNothing$$' ./cmd/lavoro

.PHONY: bench
bench: ## Measure: one line a figure, name, value, unit (ONLY=reads for one bench)
	@.ci/install run >&2
	@exec go run ./cmd/bench $(if $(ONLY),--only $(ONLY)) $(ARGS)

.PHONY: lines
lines: ## Print the lines of code by which each concept is read (COMMIT=… for how it was)
	@.ci/lines $(COMMIT)

.PHONY: generate
generate: ## Generate the GraphQL code from schema.graphqls
	@go run github.com/99designs/gqlgen generate
	@go generate ./cmd/bench/baseline/stock

.PHONY: check
check: ## Check format, vet, generated code, and the direction of imports
	@.ci/check

.PHONY: fuzz
fuzz: ## Fuzz every parser in turn (FUZZTIME=20s each)
	@.ci/fuzz $(FUZZTIME)

.PHONY: install-deps
install-deps: ## Install what `make run` and `make test` need, and nothing else
	@.ci/install test

.PHONY: clean
clean: ## Remove .lavoro: the demonstration's data, binaries, logs
	@.ci/clean $(STATE)
