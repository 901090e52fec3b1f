#!/usr/bin/env bash
# Fill FOLDER with wheels of everything that `pip install .` needs, so that the packaging tests can
# install into an empty environment without a network: tools/wheelhouse.sh VENV LANE FOLDER
set -euo pipefail
cd "$(dirname "$0")/.."

readonly VENV=$1 LANE=$2 FOLDER=$3

rm -rf -- "$FOLDER"
"$VENV/bin/python" -m pip --disable-pip-version-check --quiet wheel --wheel-dir "$FOLDER" \
    --constraint "constraints/$LANE.txt" --no-build-isolation . hatchling
rm -f -- "$FOLDER"/ionet-*.whl # the test builds its own
