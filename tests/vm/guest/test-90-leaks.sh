#!/bin/bash
# shellcheck disable=SC2317 # functions are run by check
# Kmemleak finds nothing that the module made and lost: after work while it is
# still loaded, and after it was unloaded.
# shellcheck source-path=SCRIPTDIR source=testlib.sh
. testlib.sh
plan 4

# Each part of the module makes what it can, and throws it away.
work() {
	modprobe kmemcgd settle_ms=0 threads=3 || return
	make_parent leaks
	mkdir "$memcg_root/leaks/app"
	set_limit leaks/app 16M
	kmemcgctl monitor >/dev/null 2>&1 &
	local monitor=$!
	kmemcgctl watermark set /leaks --ratio 80 >/dev/null &&
		kmemcgctl watermark default --ratio 90 >/dev/null &&
		in_cgroup leaks/app dd if=/scratch/big of=/dev/null bs=1M &&
		zombies -n 100 -k sync &&
		zombies -n 20 -p leaks -k shmem -d /dev/shm/leaks &&
		reap && kmemcgctl zombies list >/dev/null && kmemcgctl status >/dev/null
	local status=$?
	rm -rf /dev/shm/leaks
	rmdir "$memcg_root/leaks/app"
	reap
	kill "$monitor"
	wait "$monitor" 2>/dev/null
	return "$status"
}

if ! forget_lost; then
	skip_all "this kernel has no kmemleak" \
		"works" "nothing is lost while it is loaded" "unloads" "and nothing after that"
fi
uncached_file /scratch/big 32
check "works" work
check "nothing is lost while it is loaded" nothing_lost
check "unloads" rmmod kmemcgd
check "and nothing after that" nothing_lost
rmdir "$memcg_root/leaks"
rm -f /scratch/big
tidy_up
finish
