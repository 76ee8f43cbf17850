#!/usr/bin/env bash
# Runs every test. The race detector needs a C compiler; one is installed where that is
# possible without asking, and left out loudly where not.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! command -v cc >/dev/null && command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
  apt-get update -q && apt-get install -qy gcc libc6-dev
fi
race=-race
if ! command -v cc >/dev/null; then
  echo "NOTE: there is no C compiler, so the race detector is off" >&2
  race=
fi
go test $race -timeout 20m ./...
