#!/bin/bash
# shellcheck disable=SC2317 # functions are run by check
# Memory that is fragmented on purpose: what the commands say of it, and that large
# blocks come back without the cache of the living.
# shellcheck source-path=SCRIPTDIR source=testlib.sh
. testlib.sh
plan 15
count=$((200 / slowness))

# is_fragmented: at least 95 % of what is free can't be had in blocks of order 6, and
# larger ones fail for that and for nothing else
is_fragmented() {
	kmemcgctl frag show | awk -F'\t' '$2 == "DMA32" && $3 >= 6' >/tmp/shown
	note "unusable at order 6: $(awk -F'\t' '$3 == 6 { print $6 }' /tmp/shown) permille"
	awk -F'\t' '$3 == 6 && $6 >= 950 { n = 1 } $8 == "fragmented" { large = 1 } $8 == "shortage" { short = 1 }
		END { exit !n || !large || short }' /tmp/shown
}

# relieve BLOCKS [OPTION...]: the report goes to /tmp/report. The load is that of the
# tests before.
relieve() {
	kmemcgctl --json frag relieve --order 6 --blocks "$1" --timeout $((60 * slowness))s \
		--load-limit 1000 --psi-limit 100 "${@:2}" \
		>/tmp/report 2>/tmp/relieve.err && return
	note "exit status $?: $(cat /tmp/report /tmp/relieve.err)"
	return 1
}

# What it would do is said, and none of it is done. The kernel itself frees zombies and
# blocks of theirs meanwhile, but does not come near 64.
only_planned() {
	local visits
	visits=$(stat_of visits)
	relieve 64 --dry-run && grep -q '"action":"compaction"' /tmp/report &&
		[ "$(json_field end </tmp/report)" = planned ] &&
		[ "$(stat_of visits)" -eq "$visits" ] || return
	note "$(free_blocks 6) blocks"
	[ "$(free_blocks 6)" -lt 64 ]
}

reaches() {
	relieve 64 && note "$(cat /tmp/report)" && [ "$(json_field end </tmp/report)" = met ] &&
		[ "$(free_blocks 6)" -ge 64 ]
}

# The whole node would have given a thousand and more.
compacted_no_more_than_it_takes() {
	note "$(free_blocks 6) blocks"
	[ "$(free_blocks 6)" -lt 500 ]
}

live_keeps() {
	note "live: $(live_bytes) of $live_before bytes"
	[ $(($(live_bytes) * 100)) -ge $((live_before * 95)) ]
}

nothing_dropped() {
	[ "$(vmstat_of drop_pagecache) $(vmstat_of drop_slab)" = "$drops" ]
}

nothing_to_do() {
	local migrated
	migrated=$(vmstat_of pgmigrate_success)
	relieve 64 && grep -q '"steps":\[\]' /tmp/report &&
		[ "$(vmstat_of pgmigrate_success)" = "$migrated" ]
}

# 50 network namespaces with connection tracking, as containers have them.
containers_start() {
	local started=0 pids=()
	modprobe nf_conntrack
	for _ in $(seq 50); do
		unshare -n sleep 60 &
		pids+=($!)
	done
	wait_until 30 namespaces_are 51 || started=1
	note "$(stat -Lc %i /proc/[0-9]*/ns/net | sort -u | wc -l) namespaces"
	kill "${pids[@]}"
	wait "${pids[@]}" 2>/dev/null
	return "$started"
}

namespaces_are() {
	[ "$(stat -Lc %i /proc/[0-9]*/ns/net 2>/dev/null | sort -u | wc -l)" -eq "$1" ]
}

give_classes() {
	kmemcgctl qos set /fragmented --class besteffort >/dev/null
	kmemcgctl qos set /live --class guaranteed --request 150M >/dev/null
}

# In blocks of order 6, by 50 MiB.
more_than_free() {
	awk '$1 == "MemFree:" { print int($2 / 256) + 200 }' /proc/meminfo
}

# More is wanted than is free: who matters least gives the rest. Whether all of it can
# be had depends on what can be moved.
takes_cache() {
	local before taken
	give_classes
	before=$(file_bytes fragmented)
	relieve "$(more_than_free)" || :
	taken=$((before - $(file_bytes fragmented)))
	note "$((taken >> 20)) MB taken, $(cat /tmp/report)"
	[ "$taken" -ge $((50 << 20)) ] && grep -q '"action":"cache","round":1,"done":true' /tmp/report &&
		live_keeps
}

threshold_is_back() {
	[ "$(cat "$parameters/node_free_mb")" = 0 ]
}

# That step may be short: looked at without a pause.
threshold_is_raised() {
	local free_mb=0 end=$((SECONDS + 60 * slowness))
	until [ "$free_mb" -gt 0 ]; do
		[ "$SECONDS" -lt "$end" ] || return
		read -r free_mb <"$parameters/node_free_mb"
	done
}

# A signal in the middle of the step that takes cache.
interrupted_puts_back() {
	local status=0
	give_classes
	kmemcgctl frag relieve --order 6 --blocks "$(more_than_free)" --load-limit 1000 \
		--psi-limit 100 >/tmp/run 2>&1 &
	threshold_is_raised || { note "not raised: $(cat /tmp/run)" && return 1; }
	kill -TERM $!
	wait $! || status=$?
	note "$(cat /tmp/run)"
	[ "$status" = 6 ] && threshold_is_back
}

modprobe kmemcgd enabled=0
live_start 100
check "memory can be fragmented" fragment_start 6 10 30
zombies -n "$count" -s 4096
sync
live_before=$(live_bytes)
drops="$(vmstat_of drop_pagecache) $(vmstat_of drop_slab)"
check "frag show says so" is_fragmented
check "what would be done is said, and not done" only_planned
echo 1 >"$parameters/enabled"
check "64 blocks of order 6 can be had again" reaches
check "no more is compacted than it takes" compacted_no_more_than_it_takes
check "the living keep their cache" live_keeps
check "no cache was dropped" nothing_dropped
check "with the goal met nothing is done" nothing_to_do
check "the kernel's own settings are as before" [ "$(cat /proc/sys/vm/compaction_proactiveness)" = 0 ]
check "50 network namespaces can be made" containers_start
rmmod kmemcgd
check "works without the module" relieve 400
check "and says that it is not there" grep -q 'not loaded' /tmp/report
modprobe kmemcgd
check "a signal while cache is taken puts the threshold back" interrupted_puts_back
check "cache is taken where free memory is short, from who matters least" takes_cache
check "and the threshold is as before" threshold_is_back
fragment_stop
tidy_up
finish
