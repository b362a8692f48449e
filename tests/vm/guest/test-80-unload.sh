#!/bin/bash
# shellcheck disable=SC2317 # functions are run by check
# Unloading is safe under load: zombies coming, dumps, listeners, reaps.
# shellcheck source-path=SCRIPTDIR source=testlib.sh
. testlib.sh
rounds=${ROUNDS:-5}
plan "$rounds"

for round in $(seq "$rounds"); do
	modprobe kmemcgd cpu_cap_permille=500 settle_ms=0
	zombies -n 60 -r 40 -k sync -c $((round * 1000)) &
	zombies_pid=$!
	kmemcgctl monitor >/dev/null 2>&1 &
	kmemcgctl zombies list >/dev/null 2>&1 &
	kmemcgctl zombies reap >/dev/null 2>&1 &
	sleep 0.$((round % 10))
	check "round $round" unload
	wait "$zombies_pid"
	killall -q kmemcgctl
	wait
done
tidy_up
finish
