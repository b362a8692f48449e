#!/bin/bash
# shellcheck disable=SC2317 # functions are run by check
# Limits, policies, threads and cgroups change while memcgs are worked on.
# shellcheck source-path=SCRIPTDIR source=testlib.sh
. testlib.sh
plan 6
rounds=${ROUNDS:-6}

stream_start() {
	load -c "$memcg_root/$1" -f /scratch/big -t 600 >/dev/null &
	stream_pid=$!
}

move() {
	echo "$stream_pid" >"$memcg_root/$1/cgroup.procs"
}

# A short life below a policy: made, filled, removed, with its pages left.
short_life() {
	mkdir "$memcg_root/tree/$1"
	set_limit "tree/$1" 8M
	in_cgroup "tree/$1" dd if=/scratch/big of=/dev/null bs=1M count=12
	rmdir "$memcg_root/tree/$1"
}

one_round() {
	kmemcgctl watermark set /app --ratio $((60 + $1 % 4 * 10)) >/dev/null &&
		set_limit app $((16 + $1 % 3 * 8))M &&
		sleep 0.5 &&
		kmemcgctl config set threads=$((1 + $1 % 4)) >/dev/null &&
		move tree/other && short_life "$1" &&
		kmemcgctl watermark set /tree --high-headroom 4M >/dev/null &&
		set_limit app max && move app &&
		sleep 0.5 &&
		kmemcgctl watermark unset /app >/dev/null &&
		set_limit app 32M && short_life "again-$1" &&
		kmemcgctl watermark unset /tree >/dev/null
}

all_rounds() {
	local round
	for round in $(seq "$rounds"); do
		one_round "$round" || { note "round $round failed" && return 1; }
	done
}

nothing_is_watched() {
	[[ $(kmemcgctl watermark show --json) == *'"watches":[]'* ]]
}

watched_again() {
	[ "$(watch_of /app state)" != "" ] && [ "$(watch_of /app reclaimed_bytes)" -gt 0 ]
}

# Those of earlier tests may still be there; and of the 15 that this one leaves
# each CPU's stock of charges may hold one, and with it its parent.
is_freed() {
	wait_until 60 at_most_left $((earlier + 2 * $(nproc))) && return
	note "$(kmemcgctl zombies list | tr '\n' ';')"
	return 1
}

make_parent tree
mkdir "$memcg_root/app" "$memcg_root/tree/other"
set_limit app 32M
set_limit tree/other 16M
uncached_file /scratch/big 100
earlier=$(zombies_left)
modprobe kmemcgd
stream_start app
check "everything changes under a stream" all_rounds
check "no policy is left that was taken back" nothing_is_watched
kmemcgctl watermark set /app --ratio 80 >/dev/null
check "and one that comes then works" wait_until 30 watched_again
move tree/other
check "a cgroup with a policy is removed" rmdir "$memcg_root/app"
check "and its policy with it" nothing_is_watched
kill "$stream_pid"
wait "$stream_pid" 2>/dev/null
kmemcgctl watermark default --ratio 80 >/dev/null
rmdir "$memcg_root/tree/other" "$memcg_root/tree"
check "what it leaves is freed" is_freed
rm -f /scratch/big
tidy_up
finish
