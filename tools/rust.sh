#!/usr/bin/env bash
# Host side of the Rust workspace: tools/rust.sh fmt|fmt-check|lint|test|idl [arguments of cargo]
set -euo pipefail
cd "$(dirname "$0")/.."
source tools/toolchain.sh
require_host_toolchain
cd programs

task=${1:-}
shift || true
case "$task" in
fmt) cargo fmt --all "$@" ;;
fmt-check) cargo fmt --all --check "$@" ;;
lint) cargo clippy --quiet --locked --workspace --all-targets "$@" -- -D warnings ;;
test) cargo test --quiet --locked --workspace "$@" ;;
idl) cargo run --quiet --locked --package idlgen -- ../idl "$@" ;;
*) fail "unknown task '$task': expected fmt, fmt-check, lint, test or idl" ;;
esac
