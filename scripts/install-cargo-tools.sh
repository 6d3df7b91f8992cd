#!/bin/sh
# Installs the tools that `make check` runs on the dependencies, where they are missing. They are built from source once,
# without optimisation: that halves the minutes it takes, and they have little to do.
set -eu

install() {
  command -v "$1" >/dev/null || cargo install --debug --locked --quiet "$1@$2"
}

install cargo-deny 0.20.2
install cargo-machete 0.9.2
