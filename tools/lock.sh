#!/usr/bin/env bash
# Refresh constraints/LANE.txt with the newest versions that pyproject.toml allows:
#   PYTHON=python3.11 tools/lock.sh LANE EXTRAS
# Run it with the oldest Python that is supported (Debian 12: 3.11.2), so that no version is chosen
# which needs a newer one.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly LANE=$1 EXTRAS=$2
readonly TARGET="constraints/$LANE.txt"

venv=$(mktemp -d)
trap 'rm -rf -- "$venv"' EXIT
"${PYTHON:-python3}" -m venv "$venv"
"$venv/bin/pip" install --quiet --upgrade --editable ".[$EXTRAS]"
header=$(grep '^#' "$TARGET")
packages=$("$venv/bin/pip" freeze --exclude-editable --exclude pip --exclude setuptools)
printf '%s\n%s\n' "$header" "$(grep -E '^[A-Za-z0-9_.-]+==' <<<"$packages")" >"$TARGET"
