#!/bin/bash
# shellcheck disable=SC2317 # functions are run by check
# A removed cgroup whose last task hangs in its exit: from 7.2 on its memcg stays online,
# and those that are removed after it must not have to wait.
# shellcheck source-path=SCRIPTDIR source=testlib.sh
. testlib.sh
plan 4
stuck=$memcg_root/stuck

# Up to 7.1 such a task counts for nothing; then the memcg is a zombie like others.
make_stuck() {
	mkdir -p "$stuck" /scratch/exiting
	exiting "$stuck" /scratch/exiting/file >/tmp/exiting &
	exiting_pid=$!
	wait_until 20 grep -q ready /tmp/exiting
}

removed() {
	rmdir "$stuck" 2>/dev/null
}

# Without being asked to: all that are left have been visited. What holds them, such as
# files that are not written back yet, is another matter.
others_visited() {
	[ "$(stat_of left)" -le "$(kmemcgctl zombies list | awk '$10 > 0' | tail -n +2 | wc -l)" ]
}

# With a commit, that lets go of what the journal has.
it_goes() {
	: >/scratch/exiting/other
	sync
	reap
	rm /scratch/exiting/other
	[ "$(left_below stuck)" = 0 ]
}

ends() {
	kill -KILL "$exiting_pid"
	wait "$exiting_pid" 2>/dev/null
	wait_until 60 it_goes
}

if [ ! -e /proc/self/ns/pid ]; then
	skip_all "this kernel has no PID namespaces" "a task hangs in its exit" \
		"those removed after it are visited all the same" "and so is it, once the task is gone" \
		"unloads"
fi
modprobe kmemcgd backoff_min_ms=500 settle_ms=500
check "a task hangs in its exit" make_stuck
if ! wait_until 5 removed; then
	note "this kernel does not remove a cgroup with such a task"
	kill -KILL "$exiting_pid"
	wait "$exiting_pid" 2>/dev/null
	wait_until 20 removed
fi
zombies -n 20 -s 4096 -k sync
note "$(stat_of left) are to be visited"
check "those removed after it are visited all the same" wait_until 25 others_visited
note "$(stat_of freed) freed, $(stat_of left) left"
note "$(kmemcgctl zombies list | tail -n +2 | head -n 3)"
check "and so is it, once the task is gone" ends
check "unloads" unload
tidy_up
finish
