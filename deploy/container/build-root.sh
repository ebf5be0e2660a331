#!/usr/bin/env bash
# Assembles the file tree that the image consists of: the program, the libraries it links, the
# certificates of public authorities, a user. No shell, no package manager, nothing to write to.
#
# The Containerfile runs this; so does the test `deploy::container`, which then runs the program
# inside the tree. Needs no container engine and no root.
set -euo pipefail

usage() {
  cat <<'HELP'
Usage: deploy/container/build-root.sh --program FILE --out DIR

  --program FILE     the mingjian program, built for this system
  --out DIR          where the tree goes; must not exist yet, or be empty
HELP
}

fail() { echo "build-root.sh: $*" >&2; exit 1; }

program=
out=
while [ $# -gt 0 ]; do
  case $1 in
    --program) [ $# -ge 2 ] || { usage >&2; exit 2; }; program=$2; shift 2 ;;
    --out) [ $# -ge 2 ] || { usage >&2; exit 2; }; out=$2; shift 2 ;;
    -h|--help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done
[ -n "$program" ] && [ -n "$out" ] || { usage >&2; exit 2; }
[ -x "$program" ] || fail "$program is no program"
if [ -e "$out" ] && [ -n "$(ls -A "$out")" ]; then
  fail "$out is not empty"
fi

umask 022
mkdir -p "$out"
out=$(cd "$out" && pwd)

# The program, without the symbols that only a debugger reads.
install -D -m 0755 "$program" "$out/usr/bin/mingjian"
if command -v strip >/dev/null; then
  strip "$out/usr/bin/mingjian"
fi

# Every library under the path that the loader looks for it at. A path that is a link becomes the
# file itself, so that the tree depends on no link of this system.
linked=$(ldd "$program") || fail "$program is not linked dynamically, or not for this system"
if grep -q "not found" <<< "$linked"; then
  fail "libraries are missing: $(grep 'not found' <<< "$linked")"
fi
# Lines read `name => /path (address)`, and `/path (address)` for the loader.
awk '$2 == "=>" { print $3 } $1 ~ /^\// { print $1 }' <<< "$linked" | while read -r library; do
  install -D -m 0755 "$(readlink -f "$library")" "$out$library"
done

# Brokers whose certificates come from a public authority are found without any setting; both
# paths are looked at, by OpenSSL and by librdkafka.
certificates=/etc/ssl/certs/ca-certificates.crt
[ -r "$certificates" ] || fail "$certificates is missing; install ca-certificates"
install -D -m 0644 "$certificates" "$out/etc/ssl/certs/ca-certificates.crt"
# OpenSSL reads its configuration at start and is content with an empty one.
install -D -m 0644 /dev/null "$out/usr/lib/ssl/openssl.cnf"
ln -s /etc/ssl/certs/ca-certificates.crt "$out/usr/lib/ssl/cert.pem"

# The user that the image names, so that tools show a name; names of hosts come from the hosts file
# and from DNS.
install -d -m 0755 "$out/etc/mingjian" "$out/tmp"
printf 'mingjian:x:65532:65532:mingjian:/:/sbin/nologin\n' > "$out/etc/passwd"
printf 'mingjian:x:65532:\n' > "$out/etc/group"
printf 'hosts: files dns\n' > "$out/etc/nsswitch.conf"

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
for licence in LICENSE-MIT LICENSE-APACHE; do
  install -D -m 0644 "$here/$licence" "$out/usr/share/doc/mingjian/$licence"
done
