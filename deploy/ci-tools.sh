#!/usr/bin/env bash
# Fetches what the tests of deploy/ ask for a second opinion: promtool, systemd-analyze. What is
# installed already is left as it is. promtool is unpacked into target/ci-tools, because installing
# its package would start a Prometheus.
set -euo pipefail
cd "$(dirname "$0")/.."
tools=target/ci-tools

missing() { ! command -v "$1" >/dev/null && [ ! -x "$tools/usr/bin/$1" ]; }

fetch_promtool() {
  local folder=$tools/fetch
  mkdir -p "$folder" \
    && (cd "$folder" && apt-get download -qq -o APT::Sandbox::User=root prometheus) \
    && dpkg-deb --fsys-tarfile "$folder"/prometheus_*.deb | tar -x -C "$tools" ./usr/bin/promtool \
    && rm -r "$folder"
}

install_systemd() { apt-get install -y -qq --no-install-recommends systemd >/dev/null; }

failed=0
need() {
  missing "$1" || return 0
  "$2" || { echo "ci-tools.sh: $1 could not be fetched" >&2; failed=1; }
}

if missing promtool || missing systemd-analyze; then
  apt-get update -qq || echo "ci-tools.sh: the lists of packages could not be renewed" >&2
fi
need promtool fetch_promtool
need systemd-analyze install_systemd
exit $failed
