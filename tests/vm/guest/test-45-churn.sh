#!/bin/bash
# shellcheck disable=SC2317 # functions are run by check
# Cgroups with all kinds of memory come and go in no order, hundreds a second, and
# so do policies, listeners and the module itself: nothing is left of them.
# shellcheck source-path=SCRIPTDIR source=testlib.sh
. testlib.sh
plan 9
seconds=${CHURN_SECONDS:-8}
loads=${CHURN_LOADS:-10}
seed=${CHURN_SEED:-$RANDOM}

# What is free when nothing is cached, in KB; with what CPUs keep on lists of their own,
# which from 6.7 on may be tens of MB.
free_kb() {
	sync
	echo 3 >/proc/sys/vm/drop_caches
	sleep 2
	awk '$1 == "MemFree:" { kb += $2 } $1 == "count:" { kb += $2 * 4 } END { print kb }' \
		/proc/meminfo /proc/zoneinfo
}

forever() {
	while :; do
		"$@"
		sleep 0.3
	done >/dev/null 2>&1 &
	others+=($!)
}

# A listener that does not read, and dies of it.
deaf() {
	kmemcgctl monitor &
	sleep 0.1
	kill -STOP $!
	sleep 1
	kill -KILL $!
	wait $!
}

# Some of the cgroups may be gone by the time that they are named.
policies() {
	kmemcgctl watermark set '/churn/*' --ratio $((50 + RANDOM % 50))
	kmemcgctl watermark set "/churn/$((RANDOM % 8))" --ratio 90 --swap yes
	kmemcgctl watermark unset '/churn/[0-3]' "/churn/$((RANDOM % 8))"
}

questions() {
	kmemcgctl zombies list
	kmemcgctl watermark show
	kmemcgctl stats
	kmemcgctl zombies reap
}

# churn_beside COMMAND...: it runs while cgroups come and go, and listeners too
churn_beside() {
	local churn_pid
	others=()
	churn -t "$seconds" -s "$seed" >/tmp/churned &
	churn_pid=$!
	forever policies
	forever questions
	forever deaf
	"$@" || failed=1
	wait "$churn_pid" || failed=1
	kill "${others[@]}"
	wait "${others[@]}" 2>/dev/null
	killall -q -KILL kmemcgctl
	note "seed $seed: $(cat /tmp/churned)"
	seed=$((seed + 1))
	[ "$failed" = 0 ]
}

reload() {
	local i
	for i in $(seq "$loads"); do
		unload || return 1
		modprobe kmemcgd settle_ms=$((i % 2 * 100)) threads=$((1 + i % 3)) || return 1
	done
}

as_many_removed() {
	grep -qE '^made=([0-9]+) removed=\1 ' /tmp/churned
}

none_is_watched() {
	kmemcgctl watermark show >/tmp/watched && ! grep -q '/churn/[0-9]' /tmp/watched
}

# Those that were visited, and of these the ones that are gone and are left.
adds_up() {
	reap
	local seen freed left
	seen=$(stat_of seen) freed=$(stat_of freed) left=$(stat_of left)
	summed="$seen seen, $freed freed, $left left"
	[ "$seen" -gt 0 ] && [ "$seen" = $((freed + left)) ]
}

# What a first time takes for good is not of interest.
make_swap /scratch/swap 64
swapon /scratch/swap
churn -t "$seconds" -s "$seed" >/dev/null
rm -rf /scratch/churn /dev/shm/churn
modprobe kmemcgd
wait_until 60 at_most_left 20
rmmod kmemcgd
before_kb=$(free_kb)

failed=0
modprobe kmemcgd settle_ms=0 cpu_cap_permille=300
check "churn" churn_beside true
check "all that was made is removed" as_many_removed
check "policies go with their cgroups" wait_until 20 none_is_watched
check "what was seen is freed or left" wait_until 20 adds_up
note "$summed"

failed=0
check "loaded and unloaded $loads times in the middle of it" churn_beside reload
check "all that was made is removed again" as_many_removed

rm -rf /scratch/churn /dev/shm/churn
swapoff /scratch/swap
rm -f /scratch/swap
sync
tick_start
check "at most 20 zombies are left" wait_until 60 at_most_left 20
kill "$tick_pid"
check "unloads" unload
rmdir "$memcg_root/churn"
rm -f /scratch/tick
after_kb=$(free_kb)
note "free: $before_kb KB before, $after_kb KB after"
check "99 % of the memory that was free is free again" [ $((after_kb * 100)) -ge $((before_kb * 99)) ]
tidy_up
finish
