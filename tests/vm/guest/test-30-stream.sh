#!/bin/bash
# shellcheck disable=SC2317 # functions are run by check
# Zombies that are made while the module works do not pile up.
# shellcheck source-path=SCRIPTDIR source=testlib.sh
. testlib.sh
plan 4
count=${STREAM:-300}
rate=20

# Prints the most zombies seen while the command runs.
peak_of() {
	local peak=0 left
	"$@" &
	while kill -0 $! 2>/dev/null; do
		left=$(zombies_left)
		[ "$left" -le "$peak" ] || peak=$left
		sleep 0.5
	done
	echo "$peak"
}

tick_start
modprobe kmemcgd

peak=$(peak_of zombies -n "$count" -r $rate -k sync)
note "synced by their writers: never more than $peak"
check "synced by their writers, never more than 200" [ "$peak" -le 200 ]
check "and at most 20 are left 60 s later" wait_until 60 at_most_left 20

# Younger than the kernel's writeback delay plus 15 s: 20 x (30 + 5 + 15).
peak=$(peak_of zombies -n "$count" -r $rate -c 100000)
note "dirty: never more than $peak"
check "dirty, never more than 1000" [ "$peak" -le 1000 ]
check "and at most 20 are left 60 s later" wait_until 60 at_most_left 20
tidy_up
finish
