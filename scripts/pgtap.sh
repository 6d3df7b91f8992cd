#!/bin/sh
# Runs pgTAP files in the database of the running `make dev`: sh scripts/pgtap.sh supabase/tests/03_turn_protocol.sql
# They roll back what they do. `cargo test --test api database` runs all of them in a database of their own.
set -eu
[ $# -gt 0 ] || { echo "usage: $0 FILE…" >&2; exit 2; }
psql="sh $(dirname "$0")/psql.sh -XqAt"

extensions=$($psql -c "select setting || '/extension' from pg_config() where name = 'SHAREDIR'")
[ -f "$extensions/pgtap.control" ] || cp /usr/share/postgresql/*/extension/pgtap* "$extensions" || {
  echo "pgTAP is missing: run make setup-test" >&2
  exit 1
}
failed=0
for file; do
  # Tests of two connections at once need the password of this one.
  output=$($psql -v ON_ERROR_STOP=1 -v file="$(realpath "$file")" <<'SQL'
\getenv port PGPORT
\getenv password PGPASSWORD
select set_config('tests.dblink', format('host=127.0.0.1 port=%s dbname=postgres user=postgres password=%s',
  :'port', :'password'), false) \g /dev/null
\i :file
SQL
  ) || failed=1
  printf '%s\n' "$output"
  ! printf '%s\n' "$output" | grep -Eq '^(not ok|# Looks like)' || failed=1
done
exit $failed
