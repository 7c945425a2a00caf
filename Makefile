# Everything a developer runs. `make` alone lists the targets; scripts/ holds what is longer than a line or two.
SHELL := /bin/sh
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# Runs what follows with a fit Swift toolchain on PATH, wherever it is installed.
SWIFT_ENV := scripts/swift-env
SWIFT := $(SWIFT_ENV) swift

# make bench BENCH=http    make fuzz FUZZ=http1 SECONDS=600
BENCH ?=
FUZZ ?=
SECONDS ?= 60
# make simulate SEEDS=10000    make simulate SEED=8
SEEDS ?= 1000
SEED ?=
FIRST ?= 1
# make purchases PURCHASES=10000 SEED=3
PURCHASES ?= 10000
# make run ARGUMENTS='--log-level debug'    make run ARGUMENTS= for a Podo without a demo
ARGUMENTS ?= --demo --test-picture

# What swift format reads: every folder of Swift that exists.
FORMATTED := Package.swift $(wildcard Sources Tests Benchmarks Fuzz)

# Suites that start servers of their own, in processes of their own: what a process's tests have open stays open to its
# end, and some 1,360 descriptors are more than Foundation's Process bears, with which PodoTests start a program.
SERVERS := PostgresTests AuthTests PaymentsTests TicketingTests SaleTests CommerceTests HTTPClientTests \
	TestSupportTests
TEST_PROGRAM := .build/debug/podoPackageTests.xctest
SPACE := $(eval) $(eval)
# So many tests at a time: a test whose steps have times meets them on a slow machine too, and two cores are kept busy.
A_FEW := --experimental-maximum-parallelization-width 12

# Suites in which threads meet: what the sanitizers and release-mode runs are for.
CONCURRENT := ReactorTests,HTTPServerTests,ObservabilityTests,RTMPIngestTests,HLSPackagerTests,AuthTests,PostgresTests

.PHONY: help
help: ## list what make can do
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/\1\t\2/p' Makefile | while IFS="$$(printf '\t')" read -r name what; do \
		printf '  make %-14s %s\n' "$$name" "$$what"; done

.PHONY: setup
setup: ## install the Debian packages that are missing (root or sudo), check for Swift 6.3
	@scripts/setup

.PHONY: build
build: setup ## build .build/release/podo
	$(SWIFT) build -c release --product podo

.PHONY: run
run: build ## build, then serve a demo on 127.0.0.1:8080 until Ctrl-C
	@scripts/install-hlsjs || echo "Podo goes on; its pages say so where they would play." >&2
	.build/release/podo serve $(ARGUMENTS)

.PHONY: test
test: setup ## run every unit test and the tidy test
	$(SWIFT) test $(A_FEW) --skip '$(subst $(SPACE),|,$(SERVERS))'
	$(MAKE) test-servers

# Two at a time: most of what they do is to wait for their servers. Sales one after the other: an outbox waits for the
# oldest transaction of the whole server, and some of them hold theirs open.
.PHONY: test-servers
test-servers: setup ## run those unit tests alone that start PostgreSQL and other servers
	$(SWIFT) build --build-tests
	$(MAKE) -j 2 --output-sync=target $(SERVERS:%=test-server-%)

.PHONY: $(SERVERS:%=test-server-%)
$(SERVERS:%=test-server-%): test-server-%:
	$(SWIFT_ENV) $(TEST_PROGRAM) --testing-library swift-testing --filter "$*" \
		$(if $(filter SaleTests,$*),--no-parallel,$(A_FEW))

.PHONY: simulate
simulate: setup ## SEEDS=1000 sales on a real database, from FIRST=1 on, told by a seed each; SEED=8 replays one
	SUITES=SaleTests SALE_SEEDS=$(SEEDS) SALE_FIRST=$(FIRST) SALE_SEED=$(SEED) $(SWIFT) test \
		--scratch-path .build-simulate --filter 'SaleSimulationTests/rules'

.PHONY: purchases
purchases: setup ## PURCHASES=10000 purchases at a company that does everything wrong; SEED=8 another crowd
	SUITES=SaleTests SALE_PURCHASES=$(PURCHASES) SALE_SEED=$(SEED) $(SWIFT) test \
		--scratch-path .build-simulate --filter 'SaleBooksTests/books'

.PHONY: test-release
test-release: setup ## run the tests of the concurrent modules in release mode
	SUITES=$(CONCURRENT) $(SWIFT) test $(A_FEW) -c release --scratch-path .build-release-test

.PHONY: tsan
tsan: setup ## run the tests of the concurrent modules under ThreadSanitizer
	SUITES=$(CONCURRENT) $(SWIFT) test $(A_FEW) --sanitize=thread --scratch-path .build-tsan

# Without the search for leaks: loops live as long as their process and end with what was on them, and Foundation
# leaks when it reads an empty file.
.PHONY: asan
asan: export ASAN_OPTIONS := detect_leaks=0
asan: setup ## run every unit test under AddressSanitizer
	$(SWIFT) test $(A_FEW) --sanitize=address --scratch-path .build-asan

.PHONY: e2e
e2e: ## run the whole program against real clients
	@scripts/setup build test
	$(SWIFT) build -c release --product podo
	$(SWIFT) build --product podo
	$(MAKE) ingest-tools
	$(SWIFT_ENV) Tests/EndToEnd/run

.PHONY: ingest-tools
ingest-tools: setup ## build the publisher and the probe of RTMP ingest, and the packager's day
	INGEST_TOOLS=1 $(SWIFT) build -c release --product IngestProbe
	INGEST_TOOLS=1 $(SWIFT) build -c release --product RTMPPublish
	INGEST_TOOLS=1 $(SWIFT) build -c release --product PackagerDay

.PHONY: bench
bench: ## measure against a peer in one run; BENCH=name runs one
	@scripts/setup build test bench
	$(SWIFT) build -c release --product podo
	INGEST_TOOLS=1 $(SWIFT) build -c release --product IngestParse
	INGEST_TOOLS=1 $(SWIFT) build -c release --product RTMPPublish
	INGEST_TOOLS=1 $(SWIFT) build -c release --product HLSBurst
	INGEST_TOOLS=1 $(SWIFT) build -c release --product PlaybackCost
	INGEST_TOOLS=1 $(SWIFT) build -c release --product PostgresLoad
	$(SWIFT_ENV) Benchmarks/run $(BENCH)

.PHONY: fuzz
fuzz: setup ## fuzz the decoders; FUZZ=name runs one, SECONDS=60 is how long each
	$(SWIFT_ENV) Fuzz/run "$(FUZZ)" "$(SECONDS)"

.PHONY: fmt
fmt: setup ## format every Swift file in place
	$(SWIFT) format format --in-place --parallel --recursive $(FORMATTED)

.PHONY: lint
lint: setup ## check the format of every Swift file
	$(SWIFT) format lint --strict --parallel --recursive $(FORMATTED)

.PHONY: tidy
tidy: setup ## check the house rules alone: imports, sizes, banned words, documents
	$(SWIFT) test --filter TidyTests

.PHONY: clean
clean: ## remove what builds left; data in var/ stays
	rm -rf .build .build-*
