#!/usr/bin/env bash
# For every night: fails with 3 when Grafana differs from the files. The account is in the log and in $OUT/drift.txt.
# With VERIFY set, and the stores within reach, data that do not arrive fail it with 1: $OUT/verify.xml (JUnit) names the
# list lines. Lines whose data are only awaited do not.
set -euo pipefail
out=${OUT:-plan}
provision=${PROVISION:-.venv/bin/provision}

mkdir -p "$out"
arriving=0
if [ -n "${VERIFY:-}" ]; then
    "$provision" verify --format junit --out "$out/verify.xml" || arriving=$?
fi
"$provision" drift --diff | tee "$out/drift.txt"
[ "$arriving" -eq 0 ] || [ "$arriving" -eq 3 ] || exit "$arriving"
