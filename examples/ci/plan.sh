#!/usr/bin/env bash
# One plan, for people ($OUT/plan.md) and for programs ($OUT/plan.json); reads Grafana, writes nothing to it.
# Takes options of `provision plan` and ends like it: 1 when a cabinet is refused, with both files there all the same.
set -euo pipefail
provision=${PROVISION:-.venv/bin/provision}
out=${OUT:-plan}

mkdir -p "$out"
rm -f "$out/plan.md" "$out/plan.json"
exec "$provision" plan "$@" --diff --out "$out/plan.json" --out "$out/plan.md"
