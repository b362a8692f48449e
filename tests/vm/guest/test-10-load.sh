#!/bin/bash
# shellcheck disable=SC2317 # functions are run by check
# The module loads and unloads, and has its parameters with their ranges.
# shellcheck source-path=SCRIPTDIR source=testlib.sh
. testlib.sh
plan 8

defaults="enabled=1 cpu_cap_permille=50 burst_us=10000 slice_target_us=50
slice_max_pages=512 settle_ms=2000 scan_interval_ms=60000 backoff_min_ms=5000
backoff_max_ms=600000 states_max=65536 swap=0 inodes=1 nice_min=0
headroom_max_permille=50 watches_max=65536 threads=1 node_free_mb=0
node_free_permille=0 node_gap_percent=25"

has_defaults() {
	local pair value
	for pair in $defaults; do
		value=$(cat "$parameters/${pair%=*}") || return 1
		[ "$value" = "${pair#*=}" ] || { note "$pair, but is $value" && return 1; }
	done
}

has_no_others() {
	[ "$(find "$parameters" -type f | wc -l)" -eq "$(wc -w <<<"$defaults")" ]
}

# refuses TEXT VALUE: writing the value gives an error with that text
refuses() {
	local message before after
	before=$(cat "$parameters/cpu_cap_permille")
	message=$(bash -c "echo $2 >$parameters/cpu_cap_permille" 2>&1)
	after=$(cat "$parameters/cpu_cap_permille")
	[[ $message == *"$1"* && $before = "$after" ]] || { note "$message" && return 1; }
}

load_and_unload() {
	for _ in $(seq 20); do
		{ modprobe kmemcgd && rmmod kmemcgd; } || return 1
	done
}

refused_at_load() {
	! modprobe kmemcgd cpu_cap_permille=1001 2>/dev/null && [ ! -d /sys/module/kmemcgd ]
}

check "loads" modprobe kmemcgd
check "parameters have their defaults" has_defaults
check "and there are no others" has_no_others
check "a value out of range is refused" refuses "out of range" 1001
check "a value that is no number is refused" refuses "Invalid argument" many
check "unloads" rmmod kmemcgd
check "loads and unloads 20 times" load_and_unload
check "a bad value refuses the load" refused_at_load
tidy_up
finish
