#!/bin/bash
# shellcheck disable=SC2317 # functions are run by check
# Zombies of short jobs are freed, and the live cgroup keeps its cache.
# shellcheck source-path=SCRIPTDIR source=testlib.sh
. testlib.sh
plan 4
count=${ZOMBIES:-4000}

keeps_cache() {
	[ "$(live_bytes)" -ge $((live_before * 995 / 1000)) ]
}

live_start 100
zombies -n "$count"
sync
live_before=$(live_bytes)
note "$(zombies_left) zombies, live cache $live_before bytes"
# Before 7.1 a page that the journal holds is enough, so nearly all are there.
check "zombies were made" [ "$(zombies_left)" -ge $((count / 4)) ]
tick_start
modprobe kmemcgd
start=$(cut -d. -f1 /proc/uptime)
check "at most 20 are left after 120 s" wait_until 120 at_most_left 20
note "$(zombies_left) left after $(($(cut -d. -f1 /proc/uptime) - start)) s, CPU $(threads_cpu_ns) ns"
check "the live cgroup keeps 99.5 % of its cache" keeps_cache
# Other work on the machine stretches the upper tail: make bench shows that.
note "slices: 50 % below $(slice_below p50) ns, 95 % below $(slice_below p95) ns"
check "half of the slices stay below 524 us" [ "$(slice_below p50)" -le $((524288 * slowness)) ]
tidy_up
finish
