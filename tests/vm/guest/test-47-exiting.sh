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

freed_are() {
	[ "$(stat_of freed)" -ge "$1" ]
}

ends() {
	kill -KILL "$exiting_pid"
	wait "$exiting_pid" 2>/dev/null
	sync
	wait_until 60 at_most_left "$zombies_before"
}

modprobe kmemcgd backoff_min_ms=500 settle_ms=500
zombies_before=$(zombies_left)
check "a task hangs in its exit" make_stuck
if ! wait_until 5 removed; then
	note "this kernel does not remove a cgroup with such a task"
	kill -KILL "$exiting_pid"
	wait "$exiting_pid" 2>/dev/null
	wait_until 20 removed
fi
note "$(zombies_left) zombies, $zombies_before before"
zombies -n 20 -s 4096 -k sync
check "those removed after it are freed all the same" wait_until 40 freed_are 20
note "$(kmemcgctl zombies list | head -n 3)"
check "and so is it, once the task is gone" ends
check "unloads" unload
tidy_up
finish
