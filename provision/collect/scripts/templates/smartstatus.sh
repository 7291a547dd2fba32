#!/bin/bash
# smartstatus: takes the metrics of the product and sends them to SMART. Run it every 15 minutes: see crontab.
# This file holds a token and a password. Its mode is 0600: no other user may read it.
set -u
umask 077
client=@CLIENT@
address=@ADDRESS@
receiver=@RECEIVER@
dealer=@DEALER@
token=@TOKEN@
proxy=@PROXY@
sign_in=@SIGN_IN@ # login:password of the metrics, in base64

cd "$(dirname "$(readlink -f "$0")")" || exit 1
exec 9>.smartstatus.lock
flock -n 9 || exit 0 # the former run has not ended

fail() {
    echo "$(date '+%F %T') smartstatus: $1" >&2
    exit 1
}
# Token, password and proxy come through standard input: other users can read the arguments of a process.
ask() {
    curl --config - --silent --show-error --max-time 120 --write-out '%{http_code}' --output "$1" <<CONFIG
proxy = "$proxy"
header = "upload: yes"
header = "dealer: $dealer"
$2
CONFIG
}

rm -f "$client.status" headers.part metrics.part
curl --config - --silent --show-error --fail --insecure --noproxy '*' --max-time 60 \
    --dump-header headers.part --output metrics.part <<CONFIG || fail "the product at $address gave no metrics"
url = "http://$address/sysmon/metrics"
header = "Authorization: Basic $sign_in"
CONFIG
date=$(grep -i '^date:' headers.part | tail -n 1 | tr -d '\r')
[ -n "$date" ] || fail "the answer of the product has no date"
{
    printf '%s\n' "$date"
    cat metrics.part
} >"$client.status"
rm -f headers.part metrics.part

code=$(ask answer.json "url = \"$receiver/upload?token=$token\"
form = \"file=@$client.status\"")
[ "$code" = 200 ] || fail "the metrics were not accepted: $code $(cat answer.json 2>/dev/null)"
code=$(ask /dev/null "url = \"$receiver/files/$client.status?token=$token\"
head")
[ "$code" = 200 ] || fail "the metrics did not arrive: $code"
echo "$(date '+%F %T') smartstatus: sent"
