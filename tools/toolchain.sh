# Rust toolchain of the programs, from package registries only. Sourced by programs.sh and rust.sh.
#
# One compiler for everything: Debian's rustc 1.96 ships rust-src and LLVM 22.1.8, which the on-chain
# build needs (rustup's stable has neither), and one clippy and one rustfmt give one verdict everywhere.

readonly LINKER_VERSION=0.2.1
readonly LLVM_MAJOR=22
readonly TOOLCHAIN_ROOT="$PWD/.toolchain"
readonly ONCHAIN_PACKAGES=(rustc-web cargo-web rust-web-src "llvm-$LLVM_MAJOR" "llvm-$LLVM_MAJOR-dev")
readonly HOST_PACKAGES=(rustc-web cargo-web rust-web-clippy rustfmt-web gcc libc6-dev)

fail() {
    echo "error: $*" >&2
    exit 1
}

# Print those of the given Debian packages that are not installed.
missing_packages() {
    local package
    for package in "$@"; do
        dpkg-query -W -f '${Status}\n' "$package" 2>/dev/null | grep -q '^install ok installed' ||
            echo "$package"
    done
}

# Install Debian packages where they are missing; touches nothing when all are there.
require_packages() {
    command -v dpkg-query >/dev/null || return 0 # not Debian: the caller checks for the commands
    local missing
    mapfile -t missing < <(missing_packages "$@" | sort -u)
    ((${#missing[@]})) || return 0
    local install="apt-get install -y --no-install-recommends ${missing[*]}"
    ((EUID == 0)) || fail "missing Debian packages; run as root: apt-get update && $install"
    echo "installing ${missing[*]}"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive $install -qq >/dev/null
}

require_commands() {
    local command
    for command in "$@"; do
        command -v "$command" >/dev/null || fail "$command is not on PATH (see CONTRIBUTING.md)"
    done
}

# Variables that would change the bytes of a build without leaving a trace in the repository.
clean_environment() {
    unset RUSTFLAGS CARGO_ENCODED_RUSTFLAGS CARGO_BUILD_RUSTFLAGS RUSTC RUSTC_WRAPPER
    unset CARGO_TARGET_DIR CARGO_BUILD_TARGET
}

# Put Debian's tools before any rustup proxy.
prefer_debian() {
    export PATH="$TOOLCHAIN_ROOT/bin:/usr/bin:$PATH"
}

# `cargo fmt`, `clippy`, `test` and `run` for the machine at hand: Debian's, or without the right to
# install packages whatever complete toolchain is on PATH.
require_host_toolchain() {
    clean_environment
    ((EUID)) || require_packages "${HOST_PACKAGES[@]}"
    [[ ! -x /usr/bin/cargo-clippy || ! -x /usr/bin/rustfmt ]] || prefer_debian
    require_commands cargo rustc cargo-clippy rustfmt cc
}

linker_is_right() {
    command -v sbpf-linker >/dev/null &&
        [[ "$(sbpf-linker --version)" == "sbpf-linker $LINKER_VERSION"*"LLVM $LLVM_MAJOR."* ]]
}

# rustc, rust-src, LLVM and sbpf-linker of exactly the version that the shipped programs were built with.
require_onchain_toolchain() {
    clean_environment
    prefer_debian
    require_packages "${ONCHAIN_PACKAGES[@]}" "${HOST_PACKAGES[@]}" g++
    require_commands cargo rustc "llvm-config-$LLVM_MAJOR"
    [[ -d "$(rustc --print sysroot)/lib/rustlib/src/rust/library/core" ]] ||
        fail "rustc has no rust-src (Debian: rust-web-src)"
    linker_is_right && return 0
    echo "building sbpf-linker $LINKER_VERSION (about 2 minutes)"
    PATH="$("llvm-config-$LLVM_MAJOR" --bindir):$PATH" cargo install sbpf-linker \
        --version "$LINKER_VERSION" --locked --no-default-features \
        --features "bpf-linker/llvm-$LLVM_MAJOR" --root "$TOOLCHAIN_ROOT" --quiet
    linker_is_right || fail "sbpf-linker on PATH is not $LINKER_VERSION with LLVM $LLVM_MAJOR"
}
