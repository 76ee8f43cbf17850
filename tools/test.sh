#!/usr/bin/env bash
# Runs every test, or those of the packages that are named. The race detector needs a C compiler, and the
# tests of the store PostgreSQL and PgBouncer, and those of the console Chromium; they are installed where that is possible without asking, and
# left out loudly where not. Tests that need ../shared skip where it is missing, unless CI=true, and are named at the
# end; so are those that need a language or a tool which the machine lacks.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! command -v cc >/dev/null && command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
  apt-get update -q && apt-get install -qy gcc libc6-dev
fi
have_postgres() {
  [ -n "${WAYBILL_TEST_POSTGRES_BIN:-}" ] || command -v postgres || compgen -G '/usr/lib/postgresql/*/bin/postgres'
} >/dev/null
if ! have_postgres && command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
  # Without this the package starts a server of its own, of which the tests have no use.
  apt-get update -q && apt-get install -qy --no-install-recommends postgresql-common
  sed -i 's/^#*create_main_cluster .*/create_main_cluster = false/' /etc/postgresql-common/createcluster.conf
  apt-get install -qy --no-install-recommends postgresql
fi
have_pgbouncer() {
  [ -n "${WAYBILL_TEST_PGBOUNCER:-}" ] || command -v pgbouncer || [ -x /usr/sbin/pgbouncer ]
} >/dev/null
if ! have_pgbouncer && command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
  # In this runlevel the package starts no pooler of its own.
  apt-get update -q && RUNLEVEL=1 apt-get install -qy --no-install-recommends pgbouncer ||
    echo "NOTE: PgBouncer cannot be installed, so what stands behind a pooler is not tested" >&2
fi
have_chromium() {
  [ -n "${WAYBILL_TEST_CHROMIUM:-}" ] || command -v chromium-headless-shell || command -v chromium || command -v google-chrome
} >/dev/null
if ! have_chromium && command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
  apt-get update -q && { apt-get install -qy --no-install-recommends chromium-headless-shell ||
    apt-get install -qy --no-install-recommends chromium; }
fi
# SQLite is watched from outside alone: it is C that was compiled to Go, has its memory to itself, and takes
# six times as long with the detector in it.
race="-race -gcflags=github.com/ncruces/go-sqlite3-wasm/...=-race=false"
if ! command -v cc >/dev/null; then
  echo "NOTE: there is no C compiler, so the race detector is off" >&2
  race=
fi

events=$(mktemp)
trap 'rm -f "$events"' EXIT
status=0
go tool -modfile=tools.mod gotestsum --format standard-quiet --hide-summary=skipped --jsonfile "$events" -- \
  $race -timeout 45m "${@:-./...}" || status=$?

# The text of a skip is an event that names its package and test.
skip='.*"Package":"\([^"]*\)","Test":"\([^"]*\)","Output":" *[a-z_]*\.go:[0-9]*: .*NOT .*shared/.*'
left_out=$(sed -n "s|$skip|  \1 \2|p" "$events" | sort -u)
if [ -n "$left_out" ]; then
  {
    echo
    echo "NOT RUN, because ../shared is not there ($(wc -l <<<"$left_out") tests):"
    echo "$left_out"
  } >&2
fi
lacking='.*"Package":"\([^"]*\)","Test":"\([^"]*\)","Output":" *[a-z_]*\.go:[0-9]*: \(NOT [A-Z].*\)\\n".*'
lacks=$(grep -v 'shared/' "$events" | sed -n "s|$lacking|  \1 \2: \3|p" | sort -u)
if [ -n "$lacks" ]; then
  printf '\n%s\n' "NOT RUN, because the machine lacks something:" "$lacks" >&2
fi
exit $status
