#!/bin/bash
# smartupload: takes the report of the product and sends it to SMART. Run it every hour: see crontab.
# This file holds a token. Its mode is 0600: no other user may read it.
set -u
umask 077
client=@CLIENT@
address=@ADDRESS@
receiver=@RECEIVER@
dealer=@DEALER@
token=@TOKEN@
proxy=@PROXY@

cd "$(dirname "$(readlink -f "$0")")" || exit 1
exec 9>.smartupload.lock
flock -n 9 || exit 0 # the former run has not ended

fail() {
    echo "$(date '+%F %T') smartupload: $1" >&2
    exit 1
}
# Token and proxy come through standard input: other users can read the arguments of a process.
ask() {
    curl --config - --silent --show-error --max-time 1800 --write-out '%{http_code}' --output "$1" <<CONFIG
proxy = "$proxy"
header = "upload: yes"
header = "dealer: $dealer"
$2
CONFIG
}

rm -f "$client.zip"
curl --silent --show-error --fail --location --insecure --noproxy '*' --max-time 1800 \
    --user-agent smartdownload --cookie cookies.txt --cookie-jar cookies.txt \
    --data type=zip --output "$client.zip" "http://$address/sysinfo/si_save_request" ||
    fail "the product at $address gave no report"

code=$(ask answer.json "url = \"$receiver/upload?token=$token\"
form = \"file=@$client.zip\"")
[ "$code" = 200 ] || fail "the report was not accepted: $code $(cat answer.json 2>/dev/null)"
code=$(ask /dev/null "url = \"$receiver/files/$client.zip?token=$token\"
head")
[ "$code" = 200 ] || fail "the report did not arrive: $code"
echo "$(date '+%F %T') smartupload: sent"
