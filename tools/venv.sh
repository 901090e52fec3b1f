#!/usr/bin/env bash
# Create or update a virtual environment: tools/venv.sh FOLDER LANE EXTRAS
#
#   tools/venv.sh .venv current test,lint,docs
#
# Installs ionet editable with the given extras, in the exact versions of constraints/LANE.txt.
# A new folder is filled with `venv`, else `virtualenv`, else Debian's python3-venv is installed.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly FOLDER=$1 LANE=$2 EXTRAS=$3
readonly CONSTRAINTS="constraints/$LANE.txt"
readonly SUPPORTED='import sys; sys.exit(sys.version_info < (3, 11))'

fail() {
    echo "error: $*" >&2
    exit 1
}

# Print the first Python >= 3.11 among $PYTHON and the usual names.
find_python() {
    local name
    for name in ${PYTHON:-} python3 python3.13 python3.12 python3.11 python3.14; do
        if command -v "$name" >/dev/null && "$name" -c "$SUPPORTED" 2>/dev/null; then
            command -v "$name"
            return
        fi
    done
    fail "no Python >= 3.11 found; install one or name it: make PYTHON=/path/to/python3"
}

# Debian splits venv off: install the package that belongs to this Python, where we may.
install_debian_venv() {
    ((EUID == 0)) && command -v apt-get >/dev/null || return 1
    local version
    version=$("$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    echo "installing python$version-venv"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        "python$version-venv" >/dev/null
}

create() {
    local python=$1
    "$python" -m venv --clear "$FOLDER" >/dev/null 2>&1 && return
    "$python" -m virtualenv --clear --quiet "$FOLDER" 2>/dev/null && return
    install_debian_venv "$python" && "$python" -m venv --clear "$FOLDER" && return
    rm -rf -- "$FOLDER"
    fail "$python can create no virtual environment: install python3-venv or virtualenv"
}

install() {
    local pip=("$FOLDER/bin/python" -m pip --disable-pip-version-check --quiet)
    # The backend first and pinned too, so that the editable install needs no build environment.
    "${pip[@]}" install --constraint "$CONSTRAINTS" hatchling
    "${pip[@]}" install --constraint "$CONSTRAINTS" --no-build-isolation --editable ".[$EXTRAS]"
}

"$FOLDER/bin/python" -c "$SUPPORTED" 2>/dev/null || create "$(find_python)"
echo "installing ionet[$EXTRAS] into $FOLDER"
install
