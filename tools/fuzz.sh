#!/usr/bin/env bash
# Runs every fuzz target for a time that is bounded (FUZZTIME, 10 seconds each by default). What one finds it
# leaves in testdata/fuzz of its package, where every later run of the tests tries it again.
set -euo pipefail
cd "$(dirname "$0")/.."
status=0
while IFS=: read -r file target; do
  echo "fuzzing $target in ${file%/*}"
  go test -run='^$' -fuzz="^$target\$" -fuzztime="${FUZZTIME:-10s}" -fuzzminimizetime=5s "./${file%/*}" || status=1
done < <(grep -rho --include=*_test.go --with-filename '^func Fuzz[A-Za-z]*' internal | sed 's/func //' | sort)
exit $status
