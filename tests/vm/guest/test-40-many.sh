#!/bin/bash
# shellcheck disable=SC2317 # functions are run by check
# Many zombies: the CPU cap holds, a dump is whole, unloading does not wait.
# shellcheck source-path=SCRIPTDIR source=testlib.sh
. testlib.sh
plan 5
count=${MANY:-3000}

# A second per line: uptime in ms and the thread's CPU time in ns.
sample() {
	while [ -d /sys/module/kmemcgd ]; do
		echo "$(awk '{ print int($1 * 1000) }' /proc/uptime) $(thread_cpu_ns 2>/dev/null)"
		sleep 1
	done
}

# The largest share of a CPU, in permille, over any window of 10 s or more.
worst_share() {
	awk 'NF == 2 { t[n] = $1; c[n++] = $2 }
		END { for (i = 0; i < n; i++) for (j = i + 1; j < n; j++)
			if (t[j] - t[i] >= 10000) {
				s = (c[j] - c[i]) / 1000 / (t[j] - t[i])
				if (s > w) w = s
				break
			}
			print int(w) }' "$1"
}

dump_is_whole() {
	local before after dumped
	before=$(zombies_left)
	kmemcgctl zombies list --json >/tmp/dump
	after=$(zombies_left)
	dumped=$(grep -o '"id":' /tmp/dump | wc -l)
	note "$before zombies before the dump, $dumped in it, $after after it"
	[ "$dumped" -ge "$after" ] && [ "$dumped" -le "$before" ] && [ "$dumped" -gt 0 ]
}

unloads_quickly() {
	local start end
	start=$(awk '{ print int($1 * 1000) }' /proc/uptime)
	rmmod kmemcgd || return 1
	end=$(awk '{ print int($1 * 1000) }' /proc/uptime)
	note "rmmod took $((end - start)) ms"
	[ $((end - start)) -le 1000 ]
}

# Kept by a child that stays: neither drop_caches nor commits free them.
zombies -n "$count"
sync
modprobe kmemcgd cpu_cap_permille=20
sample >/tmp/samples &
check "a dump has all zombies" dump_is_whole
sleep 25
share=$(worst_share /tmp/samples)
note "the thread took $share permille of a CPU at most, $(zombies_left) of $count left"
check "the thread did work" [ "$(stat_of visits)" -gt 0 ]
check "the CPU share stays under the cap and a point" [ "$share" -le 30 ]
kmemcgctl zombies list >/dev/null
kmemcgctl zombies reap >/dev/null
check "rmmod in the middle of it returns within 1 s" unloads_quickly
check "and the thread is gone" [ -z "$(thread_pid)" ]
wait
tidy_up
finish
