#!/bin/bash
# shellcheck disable=SC2317 # functions are run by check
# Several threads for watermarks: as many as were asked for, and each memcg is
# served.
# shellcheck source-path=SCRIPTDIR source=testlib.sh
. testlib.sh
plan 10
apps="app1 app2 app3"

has_threads() {
	[ "$(thread_pids kmemcgd_wmark | wc -l)" = "$1" ]
}

streams_begin() {
	local app
	streams=()
	for app in $apps; do
		load -c "$memcg_root/$app" -f "/scratch/$app" -t 600 >/dev/null &
		streams+=($!)
	done
}

streams_end() {
	kill "${streams[@]}"
	wait "${streams[@]}" 2>/dev/null
}

all_reclaimed() {
	local app
	for app in $apps; do
		[ "$(watch_of "/$app" reclaimed_bytes)" -gt 0 ] || return 1
	done
}

# Those beyond the first, while the first has work.
others_sleep() {
	local before after
	mapfile -t others < <(for pid in $(thread_pids kmemcgd_wmark); do
		grep -q /0 "/proc/$pid/comm" || echo "$pid"
	done)
	[ "${#others[@]}" = 2 ] || return 1
	before=$(switches_of "${others[@]}")
	sleep 3
	after=$(switches_of "${others[@]}")
	[ "$before" = "$after" ]
}

for app in $apps; do
	mkdir -p "$memcg_root/$app"
	set_limit "$app" 24M
	uncached_file "/scratch/$app" 60
done
modprobe kmemcgd
check "one thread" has_threads 1
check "0 threads are refused" exits 1 kmemcgctl config set threads=0
check "and so are 9" exits 1 kmemcgctl config set threads=9
kmemcgctl config set threads=3 >/dev/null
check "three threads" has_threads 3
kmemcgctl watermark default --ratio 90 >/dev/null
streams_begin
check "all are reclaimed from" wait_until 60 all_reclaimed
kmemcgctl config set threads=1 >/dev/null
check "what is not wanted any more sleeps" wait_until 30 others_sleep
check "and is still there" has_threads 3
kmemcgctl config set threads=8 >/dev/null
check "eight threads" has_threads 8
sleep 1
check "unloads in the middle of it" rmmod kmemcgd
check "and no thread is left" [ -z "$(thread_pids kmemcgd)" ]
streams_end
for app in $apps; do
	rmdir "$memcg_root/$app"
	rm -f "/scratch/$app"
done
tidy_up
finish
