#!/bin/bash
# shellcheck disable=SC2317 # functions are run by check
# A memcg with a watermark is kept below its limit; what can't be is left alone.
# shellcheck source-path=SCRIPTDIR source=testlib.sh
. testlib.sh
plan 15
seconds=${STREAM_SECONDS:-8}
idle_count=${WATCHED:-300}

# Prints how often the limit was hit while a file was streamed.
stream() {
	local before
	echo 3 >/proc/sys/vm/drop_caches
	before=$(limit_hits app)
	load -c "$memcg_root/app" -f /scratch/big -t "$seconds" >/tmp/load
	echo $(($(limit_hits app) - before))
}

state_is() {
	[ "$(watch_of "$1" state)" = "$2" ]
}

applies_not() {
	[ "$(watch_of "$1" state)" = null ]
}

# A few come before the first look at what was idle. The goal is 1 %; a
# busy machine keeps the thread from its turn for seconds, so that more is no
# proof of a fault, and each of three streams may show that there is none.
few_hits() {
	local with
	for _ in 1 2 3; do
		with=$(stream)
		note "with: $with times, $(cat /tmp/load)"
		{ [ $((with * 2)) -le "$without" ] || [ "$with" -le 5 ]; } && return
	done
	return 1
}

# What the threads reclaim is nobody's stall: the host waits no longer than the
# cgroup itself does, however long they work.
no_stall() {
	local cpu_us host_us app_us
	cpu_us=$((($(threads_cpu_ns) - cpu_before_ns) / 1000))
	host_us=$(($(waited_us) - host_before_us))
	app_us=$(($(waited_us "$memcg_root/app/memory.pressure") - app_before_us))
	note "the host waited $host_us us, the cgroup $app_us us; the threads took $cpu_us us"
	[ "$host_us" -le $((app_us + cpu_us / 10)) ]
}

# looks_in SECONDS PATH: how often it is looked at; wakeups of the threads
looks_in() {
	local cpu_ns
	cpu_ns=$(threads_cpu_ns)
	wakeups=$(stat_of wakeups)
	looks=$(watch_of "$2" looks)
	sleep "$1"
	looks=$(($(watch_of "$2" looks) - looks))
	wakeups=$(($(stat_of wakeups) - wakeups))
	cpu_ns=$(($(threads_cpu_ns) - cpu_ns))
	note "$2: $looks looks, $wakeups wakeups in $1 s, $((cpu_ns / $1 / 1000)) millionths of a CPU"
}

# Asking takes time itself, so that it is a bit more than 10 s.
idle_costs_little() {
	looks_in 10 /tree/1
	[ "$looks" -le 6 ] && [ "$wakeups" -le 25 ]
}

# From 20 ms on it is twice as long each time.
stuck_costs_little() {
	looks_in 5 /tree/leaf
	[ "$looks" -le 5 ]
}

events_tell_of_end() {
	wait_until 10 grep -q reclaim-end /tmp/events && return
	note "events: $(cut -c-200 /tmp/events | sort | uniq -c | tail -20)"
	note "watch: $(kmemcgctl watermark show /app --json)"
	return 1
}

make_parent tree
mkdir "$memcg_root/app" "$memcg_root/tree/leaf"
set_limit app 32M
uncached_file /scratch/big 100
modprobe kmemcgd

without=$(stream)
note "without: $without times at the limit, $(cat /tmp/load)"
check "without a watermark the limit is hit" [ "$without" -ge 20 ]
kmemcgctl watermark watch --json >/tmp/events &
events_pid=$!
kmemcgctl watermark set /app --ratio 95 --scale-factor 50 >/dev/null
# Who listens may have come too late for the first time of reclaim. A second with
# nothing to take ends it, which is heard, and the stream begins another.
echo 3 >/proc/sys/vm/drop_caches
wait_until 20 [ -s /tmp/events ]
cpu_before_ns=$(threads_cpu_ns) host_before_us=$(waited_us)
[ "$cgroup_version" = 1 ] || app_before_us=$(waited_us "$memcg_root/app/memory.pressure")
check "with it at most half as often, or 5 times" few_hits
if [ "$cgroup_version" = 1 ]; then
	skip "the threads are not counted as waiting for memory" "v1 does not tell what the cgroup waited"
else
	check "the threads are not counted as waiting for memory" no_stall
fi
check "and it was reclaimed from" [ "$(watch_of /app reclaimed_bytes)" -gt 0 ]
check "events tell of it" grep -q reclaim-begin /tmp/events
check "and of its end" events_tell_of_end
kill "$events_pid"

kmemcgctl watermark set /tree --ratio 80 >/dev/null
check "a child inherits, but has no limit" state_is /tree/leaf no-limit
set_limit tree/leaf 16M
check "a limit is followed without being told" wait_until 10 state_is /tree/leaf below
mkdir "$memcg_root/tree/new"
check "a new one inherits as well" wait_until 5 state_is /tree/new no-limit
kmemcgctl watermark unset /tree >/dev/null
check "without the policy it is not watched" applies_not /tree/leaf

kmemcgctl watermark set /tree/leaf --ratio 75 >/dev/null
in_cgroup tree/leaf dd if=/dev/zero of=/dev/shm/stuck bs=1M count=13
check "what can't be reclaimed is stuck" wait_until 10 state_is /tree/leaf stuck
check "and costs next to nothing" stuck_costs_little
rm -f /dev/shm/stuck
rmdir "$memcg_root/tree/leaf"
check "a removed one takes its policy along" [ "$(kmemcgctl watermark show --json | grep -c /tree/leaf)" = 0 ]

for i in $(seq "$idle_count"); do
	mkdir "$memcg_root/tree/$i"
	set_limit "tree/$i" 64M
done
kmemcgctl watermark default --ratio 95 >/dev/null
sleep 15
check "idle ones cost next to nothing" idle_costs_little

load -c "$memcg_root/app" -f /scratch/big -t 3 >/dev/null &
load_pid=$!
sleep 1
check "unloads in the middle of it" rmmod kmemcgd
wait "$load_pid"
find "$memcg_root/tree" "$memcg_root/app" -depth -type d -exec rmdir {} \; 2>/dev/null
rm -f /scratch/big
tidy_up
finish
