#!/bin/bash
# shellcheck disable=SC2317 # functions are run by check
# Hosts with several NUMA nodes (tests/vm/run --nodes): what lies on the second one is
# freed as well, and a relief of one node leaves the other alone.
# shellcheck source-path=SCRIPTDIR source=testlib.sh
. testlib.sh
plan 9
whatever_the_load=(--load-limit 1000 --psi-limit 100)

if [ ! -d /sys/devices/system/node/node1 ]; then
	skip_all "this guest has one node" "both nodes are told" "a plan for one node" \
		"compaction of one node" "compaction of both" "a goal that one node meets" \
		"a node that there is not" "page cache on the second node" \
		"a zombie there is freed" "a class gives what it has there"
fi

# node_kb NODE FIELD: of its meminfo
node_kb() {
	awk -v name="$2:" '$3 == name { print $4 }' "/sys/devices/system/node/node$1/meminfo"
}

free_on() {
	node_kb "$1" MemFree
}

total_on() {
	node_kb "$1" MemTotal
}

# More blocks of 4 MiB than a node can have free.
too_many=$(($(total_on 1) * 98 / 100 / 4096))

relieve() {
	kmemcgctl frag relieve --order 10 --timeout 3s "${whatever_the_load[@]}" "$@"
}

both_are_told() {
	kmemcgctl frag show --json >/tmp/out && grep -q '"node":0,' /tmp/out && grep -q '"node":1,' /tmp/out
}

plans_one() {
	relieve --blocks "$too_many" --node 1 --dry-run >/tmp/out && note "$(cat /tmp/out)" &&
		grep -q 'compact node 1,' /tmp/out
}

compacts_one() {
	exits 6 relieve --blocks "$too_many" --node 1 && grep -q 'node 1 compacted to the end' /tmp/out &&
		! grep -q 'nodes\? 0' /tmp/out
}

compacts_both() {
	exits 6 relieve --blocks $((too_many * 19 / 10)) && note "$(cat /tmp/out)" &&
		grep -q -E 'nodes (0, 1|1, 0) compacted to the end' /tmp/out
}

meets_one() {
	exits 0 kmemcgctl frag relieve --order 0 --blocks $(($(free_on 1) / 8)) --node 1
}

refuses_another() {
	exits 2 relieve --blocks 1 --node 2 && note "$(cat /tmp/out)"
}

# on_node NODE NAME MEGABYTES: a cgroup with page cache, read by a CPU of that node
on_node() {
	local cpu
	cpu=$(sed 's/[-,].*//' "/sys/devices/system/node/node$1/cpulist")
	truncate -s "$3M" "/scratch/$2"
	in_cgroup "$2" taskset -c "$cpu" dd if="/scratch/$2" of=/dev/null bs=1M
}

# cache_on NODE NAME: bytes; version 1 counts pages
cache_on() {
	sed -n -E "s/^file[ =].*N$1=([0-9]*).*/\1/p" "$memcg_root/$2/memory.numa_stat" |
		awk -v unit=$((cgroup_version == 1 ? 4096 : 1)) '{ printf "%.0f\n", $1 * unit }'
}

lies_there() {
	note "$(grep '^file[ =]' "$memcg_root/second/memory.numa_stat")"
	[ "$(cache_on 1 second)" -gt $((90 << 20)) ]
}

# By its page cache: of the free memory others take some meanwhile, 28 MB once.
zombie_is_freed() {
	local cache free
	cache=$(node_kb 1 FilePages) free=$(free_on 1)
	rmdir "$memcg_root/second" && reap && wait_until 20 at_most_left 0 || return 1
	cache=$(((cache - $(node_kb 1 FilePages)) / 1024)) free=$((($(free_on 1) - free) / 1024))
	note "node 1 has $cache MiB less of page cache, and $free MiB more free"
	[ "$cache" -gt 90 ]
}

# fill_up_to MEGABYTES: free on node 1 after that. What others give back meanwhile, and
# what a CPU keeps on its lists, is no part of the first sum.
fill_up_to() {
	local size=0 more
	for _ in 1 2 3 4 5; do
		more=$(($(free_on 1) / 1024 - $1))
		[ "$more" -gt 5 ] || break
		size=$((size + more))
		on_node 1 rest "$size"
	done
}

# Half of a node is the most that can be asked for. The second one has less than that,
# for it is full of what has no class and is not taken; the first one has more.
gives_what_it_has() {
	local before
	on_node 1 second 100
	fill_up_to $(($(total_on 1) / 2048 - 40))
	kmemcgctl qos set /second --class 1 --request 0 >/dev/null || return 1
	before=$(cache_on 1 rest)
	note "free: $(($(free_on 0) / 1024)) and $(($(free_on 1) / 1024)) MiB of $(($(total_on 1) / 1024))," \
		"cache on node 1: $(($(cache_on 1 rest) >> 20)) and $(($(cache_on 1 second) >> 20)) MiB"
	kmemcgctl config set node_free_mb=65536 >/dev/null && wait_until 30 gave || return 1
	[ "$(cache_on 1 rest)" = "$before" ]
}

gave() {
	[ "$(cache_on 1 second)" -lt $((70 << 20)) ]
}

modprobe kmemcgd
check "both nodes are told" both_are_told
check "a plan for one node" plans_one
check "compaction of one node" compacts_one
check "compaction of both" compacts_both
check "a goal that one node meets" meets_one
check "a node that there is not" refuses_another
on_node 1 second 100
check "page cache on the second node" lies_there
check "a zombie there is freed" zombie_is_freed
check "a class gives what it has there" gives_what_it_has
kmemcgctl config set node_free_mb=0 >/dev/null
rmdir "$memcg_root/second" "$memcg_root/rest"
rm -f /scratch/second /scratch/rest
unload
finish
