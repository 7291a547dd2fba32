#!/usr/bin/env bash
# For every night: fails with 3 when Grafana differs from the files. The account is in the log and in $OUT/drift.txt.
set -euo pipefail
out=${OUT:-plan}

mkdir -p "$out"
"${PROVISION:-.venv/bin/provision}" drift --diff | tee "$out/drift.txt"
