#!/usr/bin/env bash
# Plans twice, for people ($OUT/plan.md) and for programs ($OUT/plan.json); reads Grafana, writes nothing to it.
# Takes options of `provision plan` and ends like it: 1 when a cabinet is refused, with both files there all the same.
set -euo pipefail
provision=${PROVISION:-.venv/bin/provision}
out=${OUT:-plan}

mkdir -p "$out"
rm -f "$out/plan.md" "$out/plan.json"
status=0
"$provision" plan "$@" --format json --out "$out/plan.json" || status=$?
"$provision" plan "$@" --format markdown --diff --out "$out/plan.md" || status=$?

digest() { grep -o -m 1 'sha256:[0-9a-f]\{64\}' "$1"; }
if [ -s "$out/plan.md" ] && [ "$(digest "$out/plan.json")" != "$(digest "$out/plan.md")" ]; then
    rm -f "$out/plan.md" "$out/plan.json"
    echo "Something changed in Grafana between the two plans: run this job again." >&2
    exit 1
fi
exit "$status"
