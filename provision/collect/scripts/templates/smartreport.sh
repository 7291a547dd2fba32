#!/bin/bash
# smartreport: takes the report of the product. It sends nothing: carry the file to SMART by hand.
set -u
umask 077
client=@CLIENT@
address=@ADDRESS@

cd "$(dirname "$(readlink -f "$0")")" || exit 1
rm -f "$client.zip"
if ! curl --silent --show-error --fail --location --insecure --noproxy '*' --max-time 1800 \
    --user-agent smartdownload --cookie cookies.txt --cookie-jar cookies.txt \
    --data type=zip --output "$client.zip" "http://$address/sysinfo/si_save_request"; then
    echo "$(date '+%F %T') smartreport: the product at $address gave no report" >&2
    exit 1
fi
echo "$(date '+%F %T') smartreport: $PWD/$client.zip"
