#!/usr/bin/env bash
# From the example lists to cabinets, on the sandbox or, with GRAFANA_URL set, on that Grafana.
set -euo pipefail
cd "$(dirname "$0")"
umask 077
provision=.venv/bin/provision
mkdir -p .demo

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }

if [ -z "${SMART_SECRET:-}" ]; then
    [ -s .demo/secret ] || .venv/bin/python -c 'import secrets; print(secrets.token_urlsafe(36))' > .demo/secret
    SMART_SECRET=$(cat .demo/secret)
    export SMART_SECRET
fi

if [ -z "${GRAFANA_URL:-}" ]; then
    say "Starting the sandbox / Запускаем песочницу"
    : > .demo/sandbox.log
    $provision sandbox --port "${PORT:-0}" --data .demo/sandbox > .demo/sandbox.log 2>&1 &
    sandbox=$!
    trap 'kill $sandbox 2>/dev/null; wait $sandbox 2>/dev/null || true' EXIT
    until GRAFANA_URL=$(grep -o -m1 'http://127[^ ]*' .demo/sandbox.log); do
        kill -0 $sandbox 2>/dev/null || { cat .demo/sandbox.log >&2; exit 1; }
        sleep 0.1
    done
    export GRAFANA_URL GRAFANA_USER=admin GRAFANA_PASSWORD=admin
fi

say "provision check"
$provision check
say "provision plan"
$provision plan --out .demo/plan.txt
cat .demo/plan.txt
say "provision apply --expect DIGEST"
$provision apply --expect "$(grep -o 'sha256:[0-9a-f]*' .demo/plan.txt)" --handover .demo/handover
say "provision plan  # nothing is left to do / делать больше нечего"
$provision plan --exit-code

say "Grafana: $GRAFANA_URL"
cat <<'TEXT'
The same on a real Grafana / То же на настоящей Grafana:
    GRAFANA_URL=https://grafana.example.ru GRAFANA_USER=admin GRAFANA_PASSWORD=… make demo
TEXT
[ -z "${sandbox:-}" ] || echo "Begin anew / начать заново: rm -r .demo"
if [ -n "${sandbox:-}" ] && [ -t 0 ]; then
    printf '\n%s\n' "Ctrl-C ends the sandbox / останавливает песочницу"
    wait $sandbox
fi
