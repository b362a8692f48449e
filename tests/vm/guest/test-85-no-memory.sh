#!/bin/bash
# shellcheck disable=SC2317 # functions are run by check
# Whichever allocation fails while the module is loaded: it loads or it does not,
# and what it had made by then is taken back.
# shellcheck source-path=SCRIPTDIR source=testlib.sh
. testlib.sh
plan 4
failslab=/sys/kernel/debug/failslab
module=$(modinfo -n kmemcgd)

loads_or_not() {
	fail-load "$module" cpu_cap_permille=1001 >/tmp/out 2>&1
	local status=$?
	note "$(cat /tmp/out)"
	return "$status"
}

if [ ! -w /proc/self/fail-nth ] || [ ! -d "$failslab" ] || ! forget_lost; then
	skip_all "this kernel can't make an allocation fail, or has no kmemleak" \
		"loads or does not" "is not left loaded" "nothing is lost" "and loads afterwards"
fi
# Those that may sleep as well, and without a line in the log for each.
echo N >"$failslab/ignore-gfp-wait"
echo 0 >"$failslab/verbose"
check "loads or does not" loads_or_not
check "is not left loaded" [ ! -d /sys/module/kmemcgd ]
check "nothing is lost" nothing_lost
check "and loads afterwards" modprobe kmemcgd
tidy_up
finish
