#!/bin/bash
# shellcheck disable=SC2317 # functions are run by check
# Zombies that are made while the module works do not pile up.
# shellcheck source-path=SCRIPTDIR source=testlib.sh
. testlib.sh
plan 4
# As many as the CPU cap has time for.
count=$((${STREAM:-300} / slowness))
rate=$((20 / slowness))

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

# Those that come within 10 s; and within the time that the thread sleeps after
# its longest slice, at a cap of 5 %: a host that stands still makes one of it.
synced_allowed() {
	local longest_ns
	longest_ns=$(slice_below max)
	[ -n "$longest_ns" ] || longest_ns=500000000
	[ "$longest_ns" -le 500000000 ] || longest_ns=500000000
	echo $((200 + rate * longest_ns / 50000000))
}

tick_start
modprobe kmemcgd

peak=$(peak_of zombies -n "$count" -r $rate -k sync)
allowed=$(synced_allowed)
note "synced by their writers: never more than $peak, $allowed allowed"
check "synced by their writers, never more than 10 s of them" [ "$peak" -le "$allowed" ]
check "and at most 20 are left 60 s later" wait_until 60 at_most_left 20

# Younger than the kernel's writeback delay plus 15 s: 20 x (30 + 5 + 15).
peak=$(peak_of zombies -n "$count" -r $rate -c 100000)
note "dirty: never more than $peak"
check "dirty, never more than 1000" [ "$peak" -le 1000 ]
check "and at most 20 are left 60 s later" wait_until 60 at_most_left 20
tidy_up
finish
