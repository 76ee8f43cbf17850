#!/usr/bin/env bash
# Tortures the real binary, alone on SQLite and as three replicas on PostgreSQL: ROUNDS bad things (40) are done to each
# under load, chosen by SEED. A failure tells the command that repeats it.
set -euo pipefail
cd "$(dirname "$0")/.."

export TORTURE_ROUNDS=${ROUNDS:-40}
if [ -n "${SEED:-}" ]; then
  export TORTURE_SEED=$SEED
fi
exec go test -count=1 -v -timeout "$((10 + TORTURE_ROUNDS))m" -run 'KeepsEveryWriteWhateverDies|KeepEveryWriteWhateverDies' ./internal/app
