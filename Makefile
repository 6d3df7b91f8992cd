# Thin targets; CI calls them as they are. `make help` lists them.
.PHONY: help setup setup-test dev dev-supabase test check fmt bench eval clean
.DEFAULT_GOAL := help

help: ## List the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

setup: node_modules/.installed ## Install what running needs
	@command -v cargo >/dev/null || { echo "Rust is missing: install it from https://rustup.rs"; exit 1; }

node_modules/.installed: package.json package-lock.json
	@command -v npm >/dev/null || { echo "Node.js 20 or newer is missing: https://nodejs.org"; exit 1; }
	npm ci
	@touch $@

setup-test: setup ## Install what the tests need besides
	@sh scripts/install-pgtap.sh
	@sh scripts/install-test-model.sh speech

dev: setup ## Serve on http://localhost:8000 on the embedded stack: no Docker, no keys
	cargo run --quiet -- dev

dev-supabase: setup ## Serve on the Supabase CLI's local stack (needs Docker)
	npx supabase start
	@sh scripts/serve-on-supabase.sh

test: setup-test ## Run every suite
	cargo test

check: setup ## Formatting and lints
	cargo fmt --check
	cargo clippy --all-targets -- -D warnings
	cargo clippy --no-default-features -- -D warnings
	@if command -v cargo-deny >/dev/null; then cargo deny check; else echo "cargo-deny is not installed: licences and advisories are not checked"; fi

fmt: ## Format
	cargo fmt

bench: setup ## Measure the service beside what it can't do without
	cargo bench --bench service

eval: setup ## Judge interviewer and coach by simulated candidates (small local model unless one is configured)
	@sh scripts/install-test-model.sh
	cargo bench --bench eval

clean: ## Remove what was built and the embedded stack's data
	cargo clean
	rm -rf node_modules .devstack .test-model
