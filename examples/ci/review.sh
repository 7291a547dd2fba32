#!/usr/bin/env bash
# For a merge request: the plan as its one comment, which each further run rewrites, and as files in $OUT.
set -euo pipefail
here=$(dirname "$0")

status=0
"$here/plan.sh" || status=$?
plan=${OUT:-plan}/plan.md
if [ -s "$plan" ]; then # also with a refused cabinet: the reviewers should see why
    "${PYTHON:-.venv/bin/python}" "$here/forge.py" comment "$plan"
fi
exit "$status"
