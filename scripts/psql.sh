#!/bin/sh
# Opens psql in the database of the running embedded stack; arguments are psql's.
set -eu
cd "$(dirname "$0")/.."

command -v psql >/dev/null || { echo "psql is missing (Debian: apt-get install postgresql-client)." >&2; exit 1; }
case ${DEVSTACK_DIR:-.devstack} in
  /*) folder=$DEVSTACK_DIR ;;
  *) folder=$PWD/${DEVSTACK_DIR:-.devstack} ;;
esac
# The stack keeps its data elsewhere when PostgreSQL's account can't reach the folder, and names that place by its digest.
[ -d "$folder/pgdata" ] || folder=/var/tmp/ai-interviewer-$(printf %s "$folder" | sha256sum | cut -c 1-16)
[ -f "$folder/pgdata/postmaster.pid" ] || { echo "The embedded stack is not running: start it with make dev." >&2; exit 1; }

PGPASSWORD=$(sed -n 's/.*"database_password": "\([^"]*\)".*/\1/p' "$folder/secrets.json")
PGPORT=$(sed -n 4p "$folder/pgdata/postmaster.pid")
export PGPASSWORD PGPORT
exec psql --host 127.0.0.1 --username postgres --dbname postgres "$@"
