#!/usr/bin/env bash
# Installs what tests and `make stack` start themselves: VictoriaMetrics with vmauth and vmalert, the blackbox exporter,
# and PostgreSQL 15 or newer; and the packages that are named, if a program of that name is missing.
# Quick and without root when all is there. The services Debian would start with them stay off.
set -euo pipefail

present() { command -v "$1" >/dev/null || [ -x "/usr/bin/$1" ]; }
postgres() { # prints the newest major version that has a server, 0 when there is none
    local newest=0 path version
    for path in /usr/lib/postgresql/*/bin/postgres; do
        version=${path#/usr/lib/postgresql/} version=${version%%/*}
        if [ -x "$path" ] && [ "${version%%.*}" -gt "$newest" ]; then newest=${version%%.*}; fi
    done
    echo "$newest"
}

missing=()
{ present victoria-metrics && present vmauth && present vmalert; } || missing+=(victoria-metrics)
[ "$(postgres)" -ge 15 ] || missing+=(postgresql)
present prometheus-blackbox-exporter || missing+=(prometheus-blackbox-exporter)
ls /usr/lib/*/libnss_wrapper.so >/dev/null 2>&1 || missing+=(libnss-wrapper) # tests: names that lead to loopback
present openssl || missing+=(openssl) # examples/ci encrypts with it
for more in "$@"; do present "$more" || missing+=("$more"); done # make pictures: chromium
[ ${#missing[@]} -gt 0 ] || exit 0

fail() {
    echo "Missing: ${missing[*]}. $1" >&2
    echo "As root on Debian 12 or newer, run: apt-get update && apt-get install ${missing[*]}" >&2
    exit 1
}
command -v apt-get >/dev/null || fail "There is no apt-get here."
[ "$(id -u)" -eq 0 ] || fail "Installing them needs root."

echo "Installing Debian's ${missing[*]}." >&2
# Debian asks this file whether a fresh service may start; 101 says no. One that is there already is respected.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    trap 'rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq || fail "apt-get update failed."
apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null || fail "apt-get install failed."
for unit in "${missing[@]}"; do # nor at the next start of the machine
    if command -v systemctl >/dev/null; then systemctl disable --quiet "$unit" 2>/dev/null || true; fi
done
{ present victoria-metrics && present vmauth; } || fail "The package has no vmauth."
[ "$(postgres)" -ge 15 ] || fail "Debian offers an older PostgreSQL here; 15 is needed."
