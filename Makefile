# The only commands that anyone types. Each does its own set-up first; what is up to date is not done again.
SHELL := /bin/bash
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
.PHONY: help setup build demo test lint fmt fmt-check bench figures fuzz interop docs pack clean prerequisites servers FORCE

TS_NODE := node --disable-warning=DEP0180 --import ./scripts/ts-node.mjs
RUST_SOURCES := Cargo.toml Cargo.lock $(shell find core-rs bindings -name Cargo.toml -o -path '*/src/*.rs')
TS_SOURCES := tsconfig.json package.json $(shell find src bindings -name '*.ts' -not -path 'bindings/pkg/*' 2>/dev/null)

help:
	@echo 'make demo       start a real Cassandra, load 200,000 real rows, read them back'
	@echo 'make test       everything that must hold: lint, format, Rust and TypeScript tests, real Cassandra, packaging'
	@echo 'make build      the package in dist/, with sizes against their budgets'
	@echo 'make setup      tools and dependencies only'
	@echo 'make lint       clippy, tsc, eslint          make fmt, fmt-check   write or check the format'
	@echo 'make bench      measurements (ONE=name)      make figures          the full figures of reliability'
	@echo 'make fuzz       fuzz the core (SECONDS_EACH)  make interop          Python drivers and this one, all versions'
	@echo 'make docs       reference in build/docs       make pack             the npm tarball in build/'
	@echo 'make clean      remove what was built'

prerequisites:
	@scripts/prerequisites.sh

setup: node_modules/.package-lock.json build/toolchain.env servers

node_modules/.package-lock.json: package.json package-lock.json | prerequisites
	@scripts/npm-install.sh

# Looks every time, so that an emptied cache is filled again; the file changes only if the toolchain did.
build/toolchain.env: FORCE | prerequisites
	@scripts/toolchain.sh

bindings/pkg/module.ts: $(RUST_SOURCES) build/toolchain.env scripts/build-wasm.sh scripts/shrink-wasm.ts | node_modules/.package-lock.json
	@scripts/build-wasm.sh

dist/core.wasm: $(TS_SOURCES) bindings/pkg/module.ts node_modules/.package-lock.json scripts/build.sh scripts/bundle.ts scripts/size.ts
	@scripts/build.sh

build: dist/core.wasm

servers: node_modules/.package-lock.json
	@$(TS_NODE) scripts/fetch-servers.ts

demo: build servers
	@$(TS_NODE) scripts/demo.ts

test: build servers
	@scripts/test.sh

lint: bindings/pkg/module.ts
	@scripts/check.sh clippy tsc eslint

fmt: node_modules/.package-lock.json
	@cargo fmt --all
	@node_modules/.bin/prettier --log-level warn --write .

fmt-check: node_modules/.package-lock.json
	@scripts/check.sh rustfmt prettier

bench: build servers
	@scripts/bench.sh bench

figures: build servers
	@scripts/bench.sh bench/figures

fuzz: prerequisites
	@scripts/fuzz.sh

# Needs python3 with venv, and PyPI for the first run; what is missing is said where the tests are skipped.
interop: build servers
	@node_modules/.bin/tsc --project tsconfig.test.json
	@node build/scripts/run-tests.js test/interop/all-versions.test.ts

docs: build
	@scripts/docs.sh

pack: build
	@npm pack --loglevel=error --ignore-scripts --pack-destination build

clean:
	rm -rf build dist target bindings/pkg
