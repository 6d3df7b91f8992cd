#!/bin/sh
# The web app's tests drive Chromium: $CHROMIUM, or where Debian puts it.
set -eu
[ -x "${CHROMIUM:-/usr/bin/chromium}" ] && exit 0
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
  echo "Chromium is missing: install it (Debian: apt-get install chromium), or set CHROMIUM to its path." >&2
  exit 1
fi
apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium >/dev/null
