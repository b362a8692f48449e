#!/bin/bash
# shellcheck disable=SC2317 # functions are run by check
# Requests that no well-meaning client sends, well-formed and not, from root and
# from nobody: nothing breaks, nothing out of range is accepted, and nobody
# learns or changes anything.
# shellcheck source-path=SCRIPTDIR source=testlib.sh
. testlib.sh
plan 6
count=${HOSTILE:-20000}
seed=${HOSTILE_SEED:-$RANDOM}

# hostile OPTION...: with the ids of cgroups that are there, and of zombies
hostile() {
	local ids
	mapfile -t ids < <(stat -c -i%i "$memcg_root"/hostile/* &&
		kmemcgctl zombies list | awk '$1 > 0 && n++ < 8 { print "-i" $1 }')
	kmemcgd-hostile -s "$seed" "${ids[@]}" "$@" >/tmp/hostile 2>&1
	local status=$?
	sed "s/^/# /" /tmp/hostile
	seed=$((seed + 1))
	return "$status"
}

two_at_once() {
	kmemcgd-hostile -n "$count" -s $((seed + 1000)) >/tmp/second 2>&1 &
	hostile -n "$count" && wait $!
}

# All defaults, as a module that was just loaded has them.
works() {
	rm -rf /dev/shm/hostile
	unload && modprobe kmemcgd settle_ms=0 || return
	zombies -n 50 -k sync -d /scratch/hostile -p hostile -c 100
	sync
	wait_until 30 at_most_left 20
}

note "seed $seed"
modprobe kmemcgd
make_parent hostile
mkdir "$memcg_root"/hostile/{1,2,3}
zombies -n 20 -d /dev/shm/hostile -k shmem -p hostile
check "$count requests from nobody change nothing and tell nothing" hostile -u -n "$count"
check "$count from root are refused or in range" hostile -n "$count"
check "from two at once" two_at_once
check "it answers" exits 0 kmemcgctl status
check "and loaded anew it works" works
check "unloads" unload
rm -rf /scratch/hostile /dev/shm/hostile
find "$memcg_root/hostile" -depth -type d -exec rmdir {} \;
tidy_up
finish
