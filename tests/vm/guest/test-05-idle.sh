#!/bin/bash
# shellcheck disable=SC2317 # functions are run by check
# Without zombies the thread is not woken.
# shellcheck source-path=SCRIPTDIR source=testlib.sh
. testlib.sh
plan 2
seconds=${IDLE:-20}

switches() {
	awk '/ctxt_switches/ { n += $2 } END { print n }' "/proc/$(thread_pid)/status"
}

modprobe kmemcgd
check "no zombies are left" wait_until 100 at_most_left 0
sleep 2
before=$(switches)
sleep "$seconds"
after=$(switches)
note "$((after - before)) context switches in $seconds s"
check "no context switch in $seconds s" [ "$before" = "$after" ]
tidy_up
finish
