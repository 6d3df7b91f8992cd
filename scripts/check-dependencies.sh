#!/bin/sh
# Licences, sources, bans and known vulnerabilities of the dependencies, and dependencies that nothing uses.
set -eu
cd "$(dirname "$0")/.."

cargo deny --log-level error check bans licenses sources
# The advisories are a Git repository; without a way to it, the other checks still count.
if cargo deny --log-level error fetch db >/dev/null 2>&1; then
  cargo deny --log-level error check advisories
else
  echo "The advisory database can't be reached: known vulnerabilities were not checked."
fi
cargo machete
