#!/usr/bin/env bash
# Runs the conformance suite's writes against a real account at one TSP: contract.sh NAME.
# docs/contract-runs.md tells what the environment must hold; without it the run is skipped.
set -euo pipefail
cd "$(dirname "$0")/.."

adapters=$(grep -rl --include='*_test.go' 'tsptest\.Run(' internal/tsp/*/ | cut -d/ -f3 | sort -u)
# Folders have the TSP's name without underscores.
folder=$(printf %s "${1:-}" | tr -d _)
if [ -z "$folder" ] || ! grep -qxF -- "$folder" <<<"$adapters"; then
  echo "usage: make contract TSP=name" >&2
  echo "There is no conformance test for \"${1:-}\"; there are:" $adapters >&2
  exit 2
fi
exec go test "./internal/tsp/$folder" -run 'Conforms$/^contract$' -contract -v -count=1 -timeout 60m
