#!/bin/sh
# The database's tests are written with pgTAP (plain SQL). It is found where Debian puts it.
set -eu

if ls /usr/share/postgresql/*/extension/pgtap.control >/dev/null 2>&1; then
    exit 0
fi
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    echo "pgTAP is missing: install the package postgresql-15-pgtap (or your system's like it)" >&2
    exit 1
fi
apt-get update -qq
package=$(apt-cache search --names-only '^postgresql-[0-9]+-pgtap$' | sort -V | tail -n 1 | cut -d ' ' -f 1)
# The SQL files alone are needed, not the server that the package would bring.
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
(cd "$folder" && apt-get download -qq "$package" && dpkg-deb -x ./*.deb /tmp/pgtap-files)
mkdir -p /usr/share/postgresql
cp -r /tmp/pgtap-files/usr/share/postgresql/. /usr/share/postgresql/
rm -rf /tmp/pgtap-files
echo "installed the SQL files of $package"
