#!/bin/bash
# shellcheck disable=SC2317 # functions are run by check
# Unloading is safe under load: zombies coming, dumps, listeners, reaps; and in the
# middle of a search through a filesystem's inodes, which is not held afterwards.
# shellcheck source-path=SCRIPTDIR source=testlib.sh
. testlib.sh
rounds=${ROUNDS:-5}
plan $((rounds + 1))

# A filesystem that somebody holds keeps its umount waiting.
unmounts() {
	umount /scratch &
	umount_pid=$!
	wait_until 20 ended "$umount_pid" && wait "$umount_pid" && mount /dev/vda /scratch
}

ended() {
	! kill -0 "$1" 2>/dev/null
}

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

# Before 5.14 all inodes are looked at for those that hold zombies: as these do, of
# which nothing else is left.
mkdir -p /scratch/many/{1..60}
for dir in /scratch/many/*; do
	(cd "$dir" && touch {1..1000})
done
for round in $(seq "$rounds"); do
	zombies -n 20 -k sync -d /scratch/held -c $((round * 1000))
	echo 1 >/proc/sys/vm/drop_caches
	modprobe kmemcgd enabled=0 cpu_cap_permille=700 burst_us=1000 settle_ms=0
	echo 1 >"$parameters/enabled"
	rmmod kmemcgd
done
check "no filesystem is held afterwards" unmounts
rm -rf /scratch/many /scratch/held
tidy_up
finish
