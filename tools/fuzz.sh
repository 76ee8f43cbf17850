#!/usr/bin/env bash
# Runs every fuzz target for a time that is bounded (FUZZTIME, 10 seconds each by default). What one finds it
# leaves in testdata/fuzz of its package, where every later run of the tests tries it again. --list names the
# targets and runs none.
set -euo pipefail
cd "$(dirname "$0")/.."
targets() { grep -rHo --include=*_test.go '^func Fuzz[A-Za-z0-9_]*' internal | sed 's/func //' | sort; }
if [[ ${1:-} == --list ]]; then
  targets
  exit
fi
status=0
while IFS=: read -r file target; do
  echo "fuzzing $target in ${file%/*}"
  go test -run='^$' -fuzz="^$target\$" -fuzztime="${FUZZTIME:-10s}" -fuzzminimizetime=5s "./${file%/*}" || status=1
done < <(targets)
exit $status
