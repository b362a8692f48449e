#!/bin/bash
# shellcheck disable=SC2317 # functions are run by check
# Header, specification and module agree, and malformed requests are refused:
# what an independent client on libnl sees.
# shellcheck source-path=SCRIPTDIR source=testlib.sh
. testlib.sh
cases="check unknown-attr wrong-type out-of-range unknown-id truncated
old-version new-version unprivileged"
plan "$(wc -w <<<"$cases")"

modprobe kmemcgd
for case in $cases; do
	kmemcgd-peer "$case" | sed 's/^/# /'
	check "$case" [ "${PIPESTATUS[0]}" -eq 0 ]
done
tidy_up
finish
