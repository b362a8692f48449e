#!/bin/bash
# shellcheck disable=SC2317 # functions are run by check
# Without zombies and watermarks no thread is woken.
# shellcheck source-path=SCRIPTDIR source=testlib.sh
. testlib.sh
plan 3
seconds=${IDLE:-20}

modprobe kmemcgd
check "no zombies are left" wait_until 100 at_most_left 0
sleep 2
mapfile -t threads < <(thread_pids kmemcgd)
check "two threads" [ "${#threads[@]}" = 2 ]
before=$(switches_of "${threads[@]}")
sleep "$seconds"
after=$(switches_of "${threads[@]}")
note "$((after - before)) context switches in $seconds s"
check "no context switch in $seconds s" [ "$before" = "$after" ]
tidy_up
finish
