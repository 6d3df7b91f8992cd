#!/bin/sh
# Refuses source files of more than 500 lines: a longer one holds two things. Generated files are exempt.
set -eu
cd "$(dirname "$0")/.."

limit=500
generated='^frontend/src/api/schema\.d\.ts$'
too_long=$(
  git ls-files --cached --others --exclude-standard -- '*.rs' '*.ts' '*.tsx' '*.sql' '*.sh' '*.mjs' |
    grep -Ev "$generated" |
    while read -r file; do
      # A file that was deleted and not committed yet is still listed.
      [ -f "$file" ] || continue
      lines=$(wc -l <"$file")
      [ "$lines" -le "$limit" ] || echo "  $file: $lines lines"
    done
)
if [ -n "$too_long" ]; then
  printf 'Files of more than %s lines; split them by what they are about:\n%s\n' "$limit" "$too_long" >&2
  exit 1
fi
