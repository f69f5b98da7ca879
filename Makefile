# sluice: what one does with it. `make` alone lists the targets.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

FUZZTIME ?= 60s
SEEDS ?= 100000
PROOFS := OrderIDsNeverRepeat|TheTurnOfAMonth$$|CouponsOfManyPlans|ALateOrderWithinTheGrace|PlantedInRedis|ReconcileSaysByItsExitCode|ReconcileOnRealServers|EmbeddedOrders
GOLANGCI := go tool -modfile=ops/lint/go.mod golangci-lint

.PHONY: help build test unit lint fuzz golden simulation proofs mutants drill drill-orders drill-short bench format dist dist-check tidy stack-up stack-down

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## build ./bin/sluice
	go build -trimpath -o bin/sluice ./cmd/sluice

test: lint ## lint, then all tests against real servers (started here unless SLUICE_TEST_KAFKA is set)
	@ops/ci/with-stack ops/ci/gotest

unit: ## the tests that need no server
	@env -u SLUICE_TEST_REQUIRE -u SLUICE_TEST_KAFKA -u SLUICE_TEST_KAFKA_SASL -u SLUICE_TEST_ELASTIC \
		-u SLUICE_TEST_REDIS -u SLUICE_TEST_STACK -u CI ops/ci/gotest

lint: ## golangci-lint here and in ops/check, and go.mod as `go mod tidy` would leave it
	go mod tidy -diff
	$(GOLANGCI) run
	cd ops/check && go tool -modfile=../lint/go.mod golangci-lint run

fuzz: ## each fuzz target for FUZZTIME (60s)
	@ops/ci/fuzz $(FUZZTIME)

golden: ## write the golden files anew; read their diff
	@ops/ci/golden

simulation: ## the path under SEEDS (100000) schedules of faults, of FROM (0) on; SEED=n plays one, as small as it fails
	@SLUICE_SIMULATION_SEEDS=$(SEEDS) SLUICE_SIMULATION_FROM=$(FROM) SLUICE_SIMULATION_SEED=$(SEED) \
		go test ./pipelines/simulation -run ThePromiseHolds -count=1 -v -timeout 2h

proofs: ## orders and member levels at the sizes that are promised, in half an hour
	@SLUICE_TEST_ORDER_IDS=64000000 SLUICE_TEST_MEMBERS=50000 SLUICE_TEST_COUPONS=10000 SLUICE_TEST_ORDER_EVENTS=1000000 \
		ops/ci/with-stack go test -count=1 -v -timeout 3h -run '$(PROOFS)' ./schemas ./internal/jobs ./internal/reconcile ./cmd/sluice ./internal/e2e

mutants: ## plant each bug of ops/mutants, and want each caught; ONLY=name,… plants those
	@export SLUICE_STACK_CACHE=$${SLUICE_STACK_CACHE:-$$PWD/.stack/cache}; ops/ci/with-stack go run ./ops/mutants -only "$(ONLY)"

drill: ## every drill of pings three times on real servers, in an hour; the report is in ./drill-report
	@ops/ci/drill --all --load pings --times 3

drill-orders: ## the same of orders and member levels
	@ops/ci/drill --all --load orders --times 3

drill-short: ## the short set of drills, as in make test
	@ops/ci/drill --short

bench: ## rates of the GPS pipelines beside this machine's own limits
	@ops/ci/with-stack bash -c 'SLUICE_KAFKA_BROKERS=$$SLUICE_TEST_KAFKA SLUICE_ELASTIC_URLS=$$SLUICE_TEST_ELASTIC \
		go run ./cmd/sluice bench gps'

dist: ## what is released of the last commit, in ./dist: static binaries, checksums, bills of materials
	@go run ./ops/dist

dist-check: ## build all that twice, in two directories with empty caches, and compare
	@go run ./ops/dist -check

format: ## gofumpt and the order of imports
	$(GOLANGCI) fmt

tidy: ## go.mod and go.sum as they should be
	go mod tidy

stack-up: ## start real Kafka, Elasticsearch and Redis in ./.stack
	@ops/stack/stack up .stack

stack-down: ## stop them and delete their data
	@ops/stack/stack down .stack
