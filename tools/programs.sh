#!/usr/bin/env bash
# Build every program for SBPF v3 (deployment) and v0 (VMs before Agave 3), and the IDLs.
#
#   tools/programs.sh           rebuild and replace the shipped files
#   tools/programs.sh --check   rebuild apart and fail unless every byte equals the shipped one
set -euo pipefail
cd "$(dirname "$0")/.."
source tools/toolchain.sh

readonly PROGRAMS=(escrow verification)
readonly ARCHES=(v3 v0)
readonly SHIPPED=sdk/ionet/programs/bin
readonly BUILD="$PWD/build/sbpf"

# sbpf-linker relocates pointers in constants wrongly: the program would link and read from a wild address.
refuse_pointers() {
    local found
    [[ -f $1 ]] || fail "$1 is missing: remove $BUILD and build again"
    found=$(grep -E '^@[^ ]+ = .*\bconstant\b.*\bptr\b' "$1" | cut -c-200) || return 0
    fail "a constant holds a pointer; let one part of it be known at run time only: $found"
}

# Build one program into $3 as <name>.<arch>.so; only the link step differs between the two arches.
build_program() {
    local name=$1 arch=$2 out=$3
    (
        cd programs
        RUSTC_BOOTSTRAP=1 cargo rustc --quiet --locked --release --package "ionet-$name" --lib \
            --crate-type cdylib --config sbpf/config.toml --target sbpf/sbpf-solana.json \
            --target-dir "$BUILD" -- "-Clink-arg=--arch=$arch" "-Clink-arg=--dump-module=$BUILD/module-$name"
    )
    refuse_pointers "$BUILD/module-$name/post-opt.ll"
    cp "$BUILD/sbpf-solana/release/lib$name.so" "$out/$name.$arch.so"
}

build_all() {
    local out=$1 name arch
    mkdir -p "$out/bin" "$out/idl"
    for name in "${PROGRAMS[@]}"; do
        for arch in "${ARCHES[@]}"; do
            build_program "$name" "$arch" "$out/bin"
        done
    done
    (cd programs && cargo run --quiet --locked --package idlgen -- "$out/idl")
    "${PYTHON:-python3}" tools/manifest.py write "$out/bin"
}

compare() {
    diff -ru --exclude=__pycache__ "$1/bin" "$SHIPPED" && diff -ru "$1/idl" idl ||
        fail "the rebuilt programs or IDLs differ from the shipped ones: run make programs"
    echo "rebuilt programs and IDLs equal the shipped ones"
}

main() {
    [[ "${1:-}" != --check ]] || unset IONET_GENESIS_AUTHORITY # the shipped builds are for the localnet
    require_onchain_toolchain
    local out
    out=$(mktemp -d)
    trap 'rm -rf -- "${out:-}"' EXIT
    build_all "$out"
    if [[ "${1:-}" == --check ]]; then
        compare "$out"
    else
        mkdir -p "$SHIPPED"
        cp "$out/bin/"* "$SHIPPED/"
        cp -R "$out/idl/." idl/
        (cd "$SHIPPED" && ls -l -- *.so)
    fi
}

main "$@"
