#!/bin/bash
# shellcheck disable=SC2317 # functions are run by check
# Many zombies: the CPU cap holds, for a capped request as well; a dump is whole, unloading
# does not wait.
# shellcheck source-path=SCRIPTDIR source=testlib.sh
. testlib.sh
plan 9
count=${MANY:-3000}
cap_permille=20

# A second per line: uptime in ms and the threads' CPU time in ns.
sample() {
	while [ -d /sys/module/kmemcgd ]; do
		echo "$(now_ms) $(threads_cpu_ns 2>/dev/null)"
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

# What the pacing promises for that: the cap, and a point for the burst and for
# what the windows are longer than measured, and one slice. The slice matters
# where the machine stops for a while: the guest counts that as CPU time.
share_allowed() {
	local longest_ns
	longest_ns=$(slice_below max)
	# None: beyond the last bucket, 2 s, where nothing can be said.
	[ -n "$longest_ns" ] || longest_ns=10000000000
	echo $((cap_permille + 10 + longest_ns / 10000000))
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

# How long rmmod takes, in ms: starting it and waiting for RCU included.
unload_ms() {
	local start
	start=$(now_ms)
	rmmod kmemcgd || return 1
	echo $(($(now_ms) - start))
}

# An unload without work tells what this machine needs for one anyway. A host
# that stands still just then proves nothing, so there are three attempts.
unloads_quickly() {
	local busy
	for _ in 1 2 3; do
		[ -d /sys/module/kmemcgd ] || modprobe kmemcgd
		kmemcgctl zombies reap >/dev/null
		busy=$(unload_ms) || return 1
		note "rmmod took $busy ms, without work $idle_ms ms"
		[ "$busy" -gt $((idle_ms + 1000 * slowness)) ] || return 0
	done
	return 1
}

# A thousandth of a CPU is a few zombies a second; what else frees them, it does at once.
is_capped() {
	kmemcgctl zombies reap --capped >/dev/null || return
	sleep 3
	note "$(zombies_left) of $made are left after 3 s"
	[ "$(zombies_left)" -ge $((made / 2)) ]
}

# Also while their removals are still in the module's queue. Whatever else is freed
# meanwhile, there are not more left than were visited and not freed, but for a few.
counts_none_that_is_freed() {
	local visited freed left
	zombies -n 200 -c $((count + 400)) -p again
	sync
	kmemcgctl zombies reap --wait --timeout $((20 * slowness))s --format plain >/tmp/pass || return
	read -r visited freed left < <(awk '{ n[$1] = $2 } END { print n["visited"], n["freed"], n["left"] }' /tmp/pass)
	note "$visited visited, $freed freed, $left left"
	[ "$visited" -ge 100 ] && [ "$left" -le $((visited - freed + 20)) ]
}

modprobe kmemcgd
sleep 1
idle_ms=$(unload_ms)
zombies -n "$count"
sync
modprobe kmemcgd cpu_cap_permille=$cap_permille
sample >/tmp/samples &
check "a dump has all zombies" dump_is_whole
sleep 25
share=$(worst_share /tmp/samples)
allowed=$(share_allowed)
note "the threads took $share permille of a CPU at most, $allowed allowed, $(zombies_left) of $count left"
check "they did work" [ "$(stat_of visits)" -gt 0 ]
check "the CPU share stays under the cap, a point and a slice" [ "$share" -le "$allowed" ]
kmemcgctl zombies list >/dev/null
check "rmmod in the middle of it waits less than 1 s for it" unloads_quickly
check "and the threads are gone" [ -z "$(thread_pids kmemcgd)" ]
wait
modprobe kmemcgd
reap || :
rmmod kmemcgd
# Files of their own: those above belong to the living by now.
zombies -n 400 -c "$count" -p capped
sync
modprobe kmemcgd cpu_cap_permille=1
made=$(zombies_left)
check "there are zombies for a capped pass" [ "$made" -ge 100 ]
check "a capped pass stays under the cap" is_capped
reap || :
# The kernel may be late with the last of them on a busy machine.
check "one that somebody waits for does not" wait_until 5 at_most_left $((made / 10))
check "none that is freed is counted as left" counts_none_that_is_freed
tidy_up
finish
