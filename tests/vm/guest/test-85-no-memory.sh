#!/bin/bash
# shellcheck disable=SC2317 # functions are run by check
# Whichever allocation fails: the module loads or it does not, and what it had made
# by then is taken back; requests are done or refused; its threads go on.
# shellcheck source-path=SCRIPTDIR source=testlib.sh
. testlib.sh
plan 8
failslab=/sys/kernel/debug/failslab
module=$(modinfo -n kmemcgd)

loads_or_not() {
	fail-load "$module" cpu_cap_permille=1001 >/tmp/out 2>&1
	local status=$?
	note "$(cat /tmp/out)"
	return "$status"
}

requests_or_not() {
	local status ids
	mapfile -t ids < <(stat -c -i%i "$memcg_root"/app "$memcg_root"/jobs)
	kmemcgd-hostile -f -n "${HOSTILE:-20000}" "${ids[@]}" >/tmp/out 2>&1
	status=$?
	sed 's/^/# /' /tmp/out
	return "$status"
}

# Every fifth allocation of the module's threads fails while they have work.
threads_go_on() {
	local pid before
	for pid in $(thread_pids kmemcgd); do
		echo 1 >"/proc/$pid/make-it-fail"
	done
	before=$(stat_of visits)
	echo Y >"$failslab/task-filter"
	echo -1 >"$failslab/times"
	echo 20 >"$failslab/probability"
	zombies -n 200 -k shmem -d /dev/shm/zombies
	zombies -n 200 -k sync -c 1000
	load -c "$memcg_root/app" -f /scratch/stream -t 5 -r 10 >/dev/null
	kmemcgctl zombies reap --wait --timeout 60s >/dev/null
	echo 0 >"$failslab/probability"
	note "$(($(stat_of visits) - before)) visits, $(stat_of untracked) zombies without room for their state"
	[ $(($(stat_of visits) - before)) -ge 400 ]
}

if [ ! -w /proc/self/fail-nth ] || [ ! -d "$failslab" ] || ! forget_lost; then
	skip_all "this kernel can't make an allocation fail, or has no kmemleak" \
		"loads or does not" "is not left loaded" "nothing is lost" "and loads afterwards" \
		"requests are done or refused" "threads go on" "zombies go" "nothing is lost"
fi
# Those that may sleep as well, and without a line in the log for each.
echo N >"$failslab/ignore-gfp-wait"
echo 0 >"$failslab/verbose"
check "loads or does not" loads_or_not
check "is not left loaded" [ ! -d /sys/module/kmemcgd ]
check "nothing is lost" nothing_lost
check "and loads afterwards" modprobe kmemcgd settle_ms=0

make_parent jobs
mkdir "$memcg_root/app"
set_limit app 32M
uncached_file /scratch/stream 64
check "requests are done or refused" requests_or_not
rmmod kmemcgd
modprobe kmemcgd settle_ms=0 backoff_min_ms=1000
kmemcgctl watermark set /app --ratio 80 >/dev/null
check "the threads go on" threads_go_on
rm -rf /dev/shm/zombies
tick_start
check "zombies go" wait_until 60 at_most_left 20
rmmod kmemcgd
check "nothing is lost" nothing_lost
rmdir "$memcg_root/app"
rm -f /scratch/stream
tidy_up
finish
