#!/bin/sh
# Prints the changelog's section of a version: release-notes.sh 0.2.0
set -eu
cd "$(dirname "$0")/.."

version=${1:?"which version?"}
grep -qx "version = \"$version\"" Cargo.toml || { echo "Cargo.toml does not say version $version." >&2; exit 1; }
notes=$(awk -v version="$version" '
  /^## / { inside = ($2 == version); next }
  inside
' CHANGELOG.md)
[ -n "$notes" ] || { echo "CHANGELOG.md has no section $version." >&2; exit 1; }
printf '%s\n' "$notes"
