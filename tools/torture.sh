#!/usr/bin/env bash
# Tortures the real binary, alone on SQLite and as three replicas on PostgreSQL: ROUNDS bad things (40) are done to each
# under load, chosen by SEED, of which EVILS takes those alone whose names have its text. Then the store itself fails for as
# many rounds, on both. A failure tells the command that repeats it.
set -euo pipefail
cd "$(dirname "$0")/.."

export TORTURE_ROUNDS=${ROUNDS:-40}
if [ -n "${SEED:-}" ]; then
  export TORTURE_SEED=$SEED
fi
if [ -n "${EVILS:-}" ]; then
  export TORTURE_EVILS=$EVILS
fi
exec go test -count=1 -v -timeout "$((15 + TORTURE_ROUNDS))m" \
  -run 'KeepsEveryWriteWhateverDies|KeepEveryWriteWhateverDies|OverAStoreThatFails' ./internal/app ./internal/app/torture
