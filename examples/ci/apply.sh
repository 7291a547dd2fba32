#!/usr/bin/env bash
# For the main branch: writes the plan that was reviewed, or nothing.
#
# The digest comes from the comment under the commit's merge request, or from $EXPECT where a person has looked at a
# plan. The plan is made anew; when it is another one by now, apply refuses it, and $OUT holds the new one to look at.
set -euo pipefail
here=$(dirname "$0")
provision=${PROVISION:-.venv/bin/provision}
out=${OUT:-plan}
notes=${HANDOVER:-handover}

if [ -z "${HANDOVER:-}${HANDOVER_CERT:-}" ]; then
    echo "Set HANDOVER_CERT or HANDOVER (see README.md): first passwords of new logins would be lost with this job." >&2
    exit 1
fi

status=0
expect=${EXPECT:-$("${PYTHON:-.venv/bin/python}" "$here/forge.py" digest)} || status=$?
if [ "$status" -eq 0 ]; then
    commit=${GITHUB_SHA:-${CI_COMMIT_SHA:-}}
    "$provision" apply --expect "$expect" --handover "$notes" --message "commit $commit" || status=$?
fi

# First passwords of new logins leave this machine only encrypted for the holder of the certificate's key.
if [ -n "${HANDOVER_CERT:-}" ]; then
    mkdir -p "$out"
    for note in "$notes"/*.txt; do
        [ -e "$note" ] || continue
        openssl cms -encrypt -binary -aes256 -outform DER -in "$note" -out "$out/$(basename "$note").p7m" "$HANDOVER_CERT"
        rm "$note"
    done
fi

if [ "$status" -ne 0 ]; then
    if "$here/plan.sh" --exit-code; then
        echo "Grafana is as it should be: nothing is left to write." >&2
        exit 0
    fi
    echo "What is left to write stands in $out/plan.md. Look at it, then run this job with EXPECT=sha256:… from there." >&2
fi
exit "$status"
