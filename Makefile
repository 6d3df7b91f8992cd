# Thin targets; CI calls them as they are. `make help` lists them.
.PHONY: help setup setup-check setup-test web generate dev watch psql dev-supabase test check fmt doc bench chaos load eval image clean
.DEFAULT_GOAL := help

help: ## List the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

setup: node_modules/.installed ## Install what running needs
	@command -v cargo >/dev/null || { echo "Rust is missing: install it from https://rustup.rs"; exit 1; }

node_modules/.installed: package.json package-lock.json
	@command -v npm >/dev/null || { echo "Node.js 20.19 or newer is missing: https://nodejs.org"; exit 1; }
	npm ci
	@touch $@

frontend/node_modules/.installed: frontend/package.json frontend/package-lock.json
	@command -v npm >/dev/null || { echo "Node.js 20.19 or newer is missing: https://nodejs.org"; exit 1; }
	cd frontend && npm ci
	@touch $@

setup-check: setup frontend/node_modules/.installed ## Install what `make check` needs besides
	@sh scripts/install-cargo-tools.sh

setup-test: setup-check web ## Install what the tests need besides
	@sh scripts/install-pgtap.sh
	@sh scripts/install-test-model.sh speech
	@sh scripts/install-browser.sh

web: frontend/dist/index.html ## Build the web app, which the binary holds

frontend/dist/index.html: frontend/node_modules/.installed frontend/index.html frontend/vite.config.ts frontend/lingui.config.ts frontend/tsconfig.json $(shell find frontend/src frontend/public frontend/scripts -type f)
	cd frontend && npm run build

generate: ## Write the web app's client from the API's document
	cargo run --quiet --features devstack -- openapi > frontend/openapi.json
	cd frontend && npm run generate

dev: setup web ## Serve on http://localhost:8000 on the embedded stack: no Docker, no keys
	cargo run --quiet --features devstack -- dev

watch: setup frontend/node_modules/.installed ## The same, rebuilt on every change; the hot web app is on http://localhost:5173
	@npm run --silent watch

psql: ## Open psql in the database of the running `make dev`
	@sh scripts/psql.sh

dev-supabase: setup web ## Serve on the Supabase CLI's local stack (needs Docker)
	npx supabase start
	@sh scripts/serve-on-supabase.sh

test: setup-test ## Run every suite
	cargo test --workspace --features devstack
	cd frontend && npm test && npm run e2e

check: setup-check ## Formatting, lints, documentation, dependencies, length of files
	@sh scripts/check-file-length.sh
	cd frontend && npm run check
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --features devstack -- -D warnings
	cargo clippy -- -D warnings
	RUSTDOCFLAGS="-D warnings -A rustdoc::private_intra_doc_links" cargo doc --workspace --features devstack --no-deps --document-private-items
	@sh scripts/check-dependencies.sh

fmt: frontend/node_modules/.installed ## Format
	cargo fmt --all
	cd frontend && npm run fmt

doc: ## Open the documentation of the code
	cargo doc --workspace --features devstack --no-deps --document-private-items --open

bench: setup ## Measure the service beside what it can't do without
	cargo bench --features devstack --bench service

chaos: setup ## Break everything below virtual candidates for MINUTES (2), then count what got lost; SEED chooses the faults
	cargo bench --features devstack --bench candidates -- chaos

load: setup ## Find how many candidates this machine serves; ENDURANCE=60 watches the memory for so many minutes instead
	cargo bench --features devstack --bench candidates -- load

eval: setup ## Judge interviewer and coach by simulated candidates (small local model unless one is configured)
	@sh scripts/install-test-model.sh
	cargo bench --features devstack --bench eval

image: ## Build the container image
	docker build --tag ai-interviewer .

clean: ## Remove what was built and the embedded stack's data
	cargo clean
	rm -rf node_modules .devstack .test-model frontend/node_modules frontend/dist
