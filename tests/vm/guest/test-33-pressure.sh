#!/bin/bash
# shellcheck disable=SC2317 # functions are run by check
# On a tight node memory is taken from who matters least and uses most beyond what
# was asked for, and from nobody else. Streams read holes, which needs no disk.
# shellcheck source-path=SCRIPTDIR source=testlib.sh
. testlib.sh
plan 12
mb=$((1 << 20))
# How long CPUs' lists of free pages are, at most: a share of 1 / this of a zone, by all of
# them. Since 6.7 the kernel makes them so long that more is taken than is wanted, because
# what goes there is not free memory at first (docs/pressure.md). 0: as the kernel does.
lists_fraction=${LISTS_FRACTION:-1000}
lists=/proc/sys/vm/percpu_pagelist_high_fraction

pressure_of() {
	kmemcgctl pressure --json | json_field "$1"
}

# What the kernel had to do itself: pages that kswapd took, and direct reclaim.
kernels_own() {
	awk '$1 == "pgsteal_kswapd" || $1 == "pgsteal_direct" || $1 ~ /^allocstall_/ { n += $2 }
		END { print n }' /proc/vmstat
}

# What CPUs have on lists of their own.
listed_mb() {
	awk '$1 == "count:" { n += $2 } END { print int(n / 256) }' /proc/zoneinfo
}

# cache NAME MEGABYTES: of a file of its own, and nothing is taken meanwhile
cache() {
	echo 1 >"$parameters/node_free_mb"
	local file=/scratch/${1//\//-}
	truncate -s "$2M" "$file"
	in_cgroup "$1" dd if="$file" of=/dev/null bs=1M
}

# keeps NAME BYTES: at least 99 % of it
keeps() {
	local now
	now=$(file_bytes "$1")
	note "$1: $((now / mb)) of $(($2 / mb)) MB"
	[ $((now * 100)) -ge $(($2 * 99)) ]
}

# margin_wanted MEGABYTES: more than there is now. A change has the node looked at.
margin_wanted() {
	local margin
	echo 2 >"$parameters/node_free_mb"
	sleep $((slowness > 1 ? 6 : 2))
	has_state calm || return 1
	margin=$(pressure_of margin_bytes)
	echo $((margin / mb + $1)) >"$parameters/node_free_mb"
}

has_state() {
	[ "$(pressure_of state)" = "$1" ]
}

is_off() {
	[ -z "$(thread_pids kmemcgd_node)" ] && has_state off
}

# leave_free MEGABYTES: above half of the memory, which no threshold can be beyond;
# what has no class is never taken
leave_free() {
	echo 3 >/proc/sys/vm/drop_caches
	cache rest "$(awk -v more="$1" '$1 == "MemTotal:" { half = $2 / 2048 }
		$1 == "MemFree:" { free = $2 / 1024 }
		END { print int(free - half - more) }' /proc/meminfo)"
}

stream_keeps_others() {
	local before own
	before=$(file_bytes hot) own=$(kernels_own)
	echo 65536 >"$parameters/node_free_mb"
	load -c "$memcg_root/bulk" -f /scratch/holes -t $((slowness > 1 ? 60 : 10)) >/tmp/stream
	note "$(cut -d' ' -f1-4 /tmp/stream); taken $(($(pressure_of reclaimed_bytes) / mb)) MB," \
		"by the kernel $(($(kernels_own) - own)) pages"
	keeps hot "$before" && [ "$(pressure_of reclaimed_bytes)" -gt $((100 * mb)) ] &&
		[ "$(kernels_own)" = "$own" ]
}

only_bulk_gave() {
	[ "$(qos_of /bulk reclaimed_bytes)" -gt 0 ] && [ "$(qos_of /hot reclaimed_bytes)" = 0 ]
}

# More is wanted than the lowest class can give: it gives all, then the next one.
lowest_class_first() {
	local middle
	cache bulk 200
	cache middle 200
	middle=$(file_bytes middle)
	margin_wanted 60 && wait_until 10 has_state calm || return 1
	note "60 MB were wanted: bulk has $(($(file_bytes bulk) / mb)) MB, CPUs $(listed_mb) MB of free ones"
	keeps middle "$middle" || return 1
	margin_wanted 180 && wait_until 10 has_state calm || return 1
	note "then: bulk $(($(file_bytes bulk) / mb)) MB, middle $(($(file_bytes middle) / mb)) MB"
	[ "$(file_bytes bulk)" -le $((4 * mb)) ] && [ "$(file_bytes middle)" -lt $((middle - 20 * mb)) ]
}

# Both have the same request: the one that uses more of it gives, until they are even.
largest_overuse_first() {
	kmemcgctl qos set /small --class 2 --request 50M >/dev/null
	kmemcgctl qos set /large --class 2 --request 50M >/dev/null
	cache small 100
	cache large 200
	margin_wanted 50 && wait_until 10 has_state calm || return 1
	note "large: $(($(file_bytes large) / mb)) of 200 MB"
	[ "$(file_bytes large)" -lt $((160 * mb)) ] || return 1
	keeps small $((100 * mb)) ||
		[ "$(file_bytes large)" -le $(($(file_bytes small) + 8 * mb)) ]
}

nothing_left_to_take() {
	local before
	kmemcgctl qos set /bulk --request 1G >/dev/null
	kmemcgctl qos set /middle --request 1G >/dev/null
	kmemcgctl qos set /small --request 1G >/dev/null
	kmemcgctl qos set /large --request 1G >/dev/null
	before=$(pressure_of reclaimed_bytes)
	kmemcgctl monitor --timeout $((slowness > 1 ? 40 : 8))s --json >/tmp/events &
	margin_wanted 50 && wait_until 5 has_state nothing || return 1
	wait $!
	sleep 2
	note "said: $(grep -o '"state":"[a-z]*"' /tmp/events | tr '\n' ' ')"
	[ "$(pressure_of reclaimed_bytes)" = "$before" ] &&
		[ "$(pressure_of nothings)" -gt 0 ] && grep -q '"state":"nothing"' /tmp/events
}

# Who is over again gives at once, though nothing was asked of anybody for seconds.
taken_up_again() {
	kmemcgctl qos set /large --request 0 >/dev/null
	wait_until 5 has_state calm
}

low_is_kept() {
	[ "$cgroup_version" = 2 ] || return 0
	kmemcgctl qos set /large --class besteffort --request 0 >/dev/null
	cache large 200
	echo 150M >"$memcg_root/large/memory.low"
	margin_wanted 150 && wait_until 5 has_state nothing || return 1
	note "large: $(($(file_bytes large) / mb)) MB"
	# What is not page cache is protected with it.
	[ "$(file_bytes large)" -ge $((146 * mb)) ] && [ "$(file_bytes large)" -le $((160 * mb)) ]
}

# What is below and has a class of its own does not pay for the others of its parent.
child_counts_for_itself() {
	kmemcgctl qos set /large --request 1G >/dev/null
	make_parent parent
	# Before 5.11 a parent in cgroup v1 is charged for its children only if it says so.
	[ ! -e "$memcg_root/parent/memory.use_hierarchy" ] ||
		echo 1 >"$memcg_root/parent/memory.use_hierarchy"
	cache parent/child 200
	kmemcgctl qos set /parent --class 0 >/dev/null
	kmemcgctl qos set /parent/child --class guaranteed --request 200M >/dev/null
	[ "$(qos_of /parent state)" = below ] || return 1
	margin_wanted 30 && wait_until 5 has_state nothing || return 1
	keeps parent/child $((200 * mb)) || return 1
	kmemcgctl qos unset /parent/child >/dev/null
	[ "$(qos_of /parent state)" = over ] && wait_until 5 has_state calm || return 1
	note "without: $(($(file_bytes parent) / mb)) of 200 MB"
}

removed_meanwhile() {
	margin_wanted 400 || return 1
	for i in $(seq 10); do
		cache "brief$i" 20
		kmemcgctl qos set "/brief$i" --class 1 >/dev/null
		rmdir "$memcg_root/brief$i"
	done
	! kmemcgctl qos show --json | grep -q brief
}

switched_off() {
	echo 0 >"$parameters/node_free_mb"
	wait_until 5 has_state off
}

unloads_in_the_middle() {
	load -c "$memcg_root/bulk" -f /scratch/holes -t 5 >/dev/null &
	kmemcgctl qos set /bulk --request 0 >/dev/null
	margin_wanted 300
	sleep 1
	unload
	wait $!
}

for name in hot bulk middle small large rest; do
	mkdir "$memcg_root/$name"
done
truncate -s 4G /scratch/holes
[ ! -e "$lists" ] || echo "$lists_fraction" >"$lists"
modprobe kmemcgd
check "no thread and no threshold by default" is_off
leave_free 250
cache hot 100
kmemcgctl qos set /hot --class guaranteed --request 120M >/dev/null
kmemcgctl qos set /bulk --class besteffort >/dev/null
kmemcgctl qos set /middle --class burstable >/dev/null
check "a stream takes no memory from others, and the kernel none from anybody" stream_keeps_others
check "only the stream's cgroup has given" only_bulk_gave
leave_free 0
echo 1 >"$parameters/node_gap_percent"
check "the lowest class gives all before the next one gives" lowest_class_first
check "within a class the largest overuse gives first" largest_overuse_first
check "nothing is taken where all are within their requests, and it is said" nothing_left_to_take
check "a change of a request counts at once" taken_up_again
if [ "$cgroup_version" = 2 ]; then
	check "what memory.low protects is not taken" low_is_kept
else
	skip "what memory.low protects is not taken" "cgroup v1 has no memory.low"
fi
check "a child with a class of its own is not taken from for its parent" child_counts_for_itself
check "cgroups that come and go meanwhile lose their class" removed_meanwhile
check "can be switched off" switched_off
check "unloads in the middle" unloads_in_the_middle
for name in hot bulk middle small large rest parent/child parent; do
	rmdir "$memcg_root/$name"
done
[ ! -e "$lists" ] || echo 0 >"$lists"
rm -f /scratch/{hot,bulk,middle,small,large,rest,holes,parent-child} /scratch/brief*
tidy_up
finish
