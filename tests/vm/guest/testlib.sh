# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# Sourced by the guest tests: KTAP, cgroups, zombies.

if [ -e /sys/fs/cgroup/memory/memory.usage_in_bytes ]; then
	memcg_root=/sys/fs/cgroup/memory cgroup_version=1
else
	memcg_root=/sys/fs/cgroup cgroup_version=2
fi
# shellcheck disable=SC2034 # the tests use it
parameters=/sys/module/kmemcgd/parameters
# Bounds on time are so many times wider on a kernel with debugging: each access
# to memory is checked there, each lock, and every allocation keeps its stack.
case $(uname -r) in
*-debug) slowness=10 ;;
*) slowness=1 ;;
esac
test_number=0
test_failed=0

plan() {
	echo "KTAP version 1"
	echo "1..$1"
}

note() {
	echo "# $*"
}

# check DESCRIPTION COMMAND...: ok if the command succeeds
check() {
	local what=$1 result=ok
	shift
	test_number=$((test_number + 1))
	"$@" || { result="not ok" && test_failed=1; }
	echo "$result $test_number $what"
}

# skip DESCRIPTION REASON
skip() {
	test_number=$((test_number + 1))
	echo "ok $test_number $1 # SKIP $2"
}

finish() {
	exit "$test_failed"
}

# skip_all REASON DESCRIPTION...: a test that this kernel has nothing for
skip_all() {
	local reason=$1 what
	shift
	for what in "$@"; do
		skip "$what" "$reason"
	done
	finish
}

# Memcgs that were removed and are still there.
zombies_left() {
	if [ "$cgroup_version" = 2 ]; then
		awk '$1 == "nr_dying_descendants" { print $2 }' "$memcg_root/cgroup.stat"
	else
		echo $(($(awk '$1 == "memory" { print $3 }' /proc/cgroups) - \
			$(find "$memcg_root" -type d 2>/dev/null | wc -l)))
	fi
}

# uncached_file PATH MEGABYTES: who reads it first is charged for its pages
uncached_file() {
	dd if=/dev/zero of="$1" bs=1M count="$2" 2>/dev/null
	sync
	echo 3 >/proc/sys/vm/drop_caches
}

# live_start MEGABYTES: a live cgroup with that much page cache
live_start() {
	mkdir -p "$memcg_root/live"
	uncached_file /scratch/live "$1"
	bash -c 'echo 0 >"$0/cgroup.procs" && exec cat /scratch/live >/dev/null' "$memcg_root/live"
}

# file_bytes NAME: page cache of a cgroup and those below it
file_bytes() {
	awk '$1 == "file" || $1 == "total_cache" { print $2 }' "$memcg_root/$1/memory.stat"
}

live_bytes() {
	file_bytes live
}

now_ms() {
	awk '{ printf "%d\n", $1 * 1000 }' /proc/uptime
}

# Time that tasks waited for memory, in us: of the host, or of a cgroup on v2.
waited_us() {
	sed -n 's/^some.*total=//p' "${1:-/proc/pressure/memory}"
}

# make_swap FILE MEGABYTES
make_swap() {
	dd if=/dev/zero of="$1" bs=1M count="$2" 2>/dev/null
	chmod 600 "$1"
	mkswap "$1" >/dev/null
}

# A small write a second keeps the filesystem committing.
tick_start() {
	while :; do
		echo tick >>/scratch/tick
		sleep 1
	done &
	tick_pid=$!
}

# thread_pids NAME: those of the module's threads whose names begin so
thread_pids() {
	grep -ls "^$1" /proc/[0-9]*/comm | cut -d/ -f3
}

# cpu_ns_of PID...: what they took together
cpu_ns_of() {
	local pid
	for pid in "$@"; do
		cat "/proc/$pid/schedstat"
	done 2>/dev/null | awk '{ n += $1 } END { printf "%.0f\n", n }'
}

# Nothing where there are none.
threads_cpu_ns() {
	local pids
	mapfile -t pids < <(thread_pids kmemcgd)
	[ ${#pids[@]} = 0 ] || cpu_ns_of "${pids[@]}"
}

# switches_of PID...: how often they were given a CPU
switches_of() {
	local pid
	for pid in "$@"; do
		cat "/proc/$pid/status"
	done | awk '/ctxt_switches/ { n += $2 } END { print n }'
}

# json_field NAME: the first member of that name of the JSON on the standard input, a
# number or a word
json_field() {
	grep -o "\"$1\":\"\{0,1\}[^\",}]*" | head -n 1 | sed 's/^"[^"]*":"\{0,1\}//'
}

# A counter; passes, which come behind them, have some of the same names.
stat_of() {
	kmemcgctl stats --json | json_field "$1"
}

# slice_below p50|p95|p99|max: the bound that this share of the slices stayed
# below, in ns
slice_below() {
	kmemcgctl stats --json | sed -n "s/.*\"slice_hist\":{[^}]*\"$1_below_ns\":\([0-9]*\).*/\1/p"
}

# make_parent NAME: a cgroup whose children are memory cgroups
make_parent() {
	mkdir -p "$memcg_root/$1"
	[ "$cgroup_version" = 1 ] || echo +memory >"$memcg_root/$1/cgroup.subtree_control"
}

# set_limit NAME BYTES: or max
set_limit() {
	if [ "$cgroup_version" = 2 ]; then
		echo "$2" >"$memcg_root/$1/memory.max"
	else
		echo "${2/max/-1}" >"$memcg_root/$1/memory.limit_in_bytes"
	fi
}

# limit_hits NAME
limit_hits() {
	if [ "$cgroup_version" = 2 ]; then
		awk '$1 == "max" { print $2 }' "$memcg_root/$1/memory.events"
	else
		cat "$memcg_root/$1/memory.failcnt"
	fi
}

vmstat_of() {
	awk -v name="$1" '$1 == name { print $2 }' /proc/vmstat
}

# free_blocks ORDER: those of 2^ORDER pages, larger ones counted as several, without
# zone DMA
free_blocks() {
	awk -v order="$1" '$4 != "DMA" { for (i = NF; i >= 5 + order; i--) n[FNR] = 2 * n[FNR] + $i }
		END { for (i in n) sum += n[i]; print sum + 0 }' /proc/buddyinfo
}

# too_many_blocks: of order 9, more than can be free: the kernel itself is somewhere
too_many_blocks() {
	echo $(($(awk '/^MemTotal/ { print $2 }' /proc/meminfo) / 2048 - 20))
}

# fragment_start ORDER BLOCKS PERCENT: of the memory is free, in fewer such blocks
# than that. What the kernel does about it by itself is off until fragment_stop.
fragment_start() {
	proactiveness=$(cat /proc/sys/vm/compaction_proactiveness)
	boost=$(cat /proc/sys/vm/watermark_boost_factor)
	echo 0 >/proc/sys/vm/compaction_proactiveness
	echo 0 >/proc/sys/vm/watermark_boost_factor
	mkdir -p "$memcg_root/fragmented"
	rm -f /tmp/fragmented # what the last one said
	fragment -c "$memcg_root/fragmented" -d /scratch/small -o "$1" -b "$2" -f "$3" \
		>/tmp/fragmented &
	fragment_pid=$!
	wait_until 200 [ -s /tmp/fragmented ]
	note "$(cat /tmp/fragmented)"
	kill -0 "$fragment_pid" 2>/dev/null
}

fragment_stop() {
	kill "$fragment_pid" 2>/dev/null
	wait "$fragment_pid" 2>/dev/null || :
	rm -rf /scratch/small
	rmdir "$memcg_root/fragmented"
	echo "$proactiveness" >/proc/sys/vm/compaction_proactiveness
	echo "$boost" >/proc/sys/vm/watermark_boost_factor
}

# A visit of all zombies.
reap() {
	kmemcgctl zombies reap --wait --timeout $((20 * slowness))s >/dev/null
}

# left_below PREFIX [OPTION...]: those known zombies whose paths begin so
left_below() {
	kmemcgctl zombies list "${@:2}" |
		awk -v path="/$1" 'index($NF, path) == 1 { n++ } END { print n + 0 }'
}

# pinned PREFIX PIN COUNT: so many of them have this pin, or more
pinned() {
	[ "$(left_below "$1" --pin "$2")" -ge "$3" ]
}

# watch_pages_move PREFIX: sees what became of the pages of such cgroups, that
# were just removed. From 7.1 on they go to the parent, and pin nobody.
watch_pages_move() {
	sleep 2
	[ "$(left_below "$1")" -le 3 ] && pages_move=1 || pages_move=0
}

# check_pages DESCRIPTION COMMAND...: check, where they stay
check_pages() {
	if [ "$pages_move" = 1 ]; then
		skip "$1" "the kernel moves the pages"
	else
		check "$@"
	fi
}

# watch_of PATH FIELD: what is told of a watched memcg
watch_of() {
	kmemcgctl watermark show "$1" --json 2>/dev/null |
		sed -n "s/.*\"$2\":\"\{0,1\}\([^\",}]*\).*/\1/p"
}

# qos_of PATH FIELD: what is told of a cgroup with a class; nothing when it has none
qos_of() {
	kmemcgctl qos show "$1" --json 2>/dev/null | json_field "$2"
}

# scrape [PORT]: leaves what it got in /tmp/scraped. By hand: busybox' wget, which is
# static, crashes where it looks for the C library's modules for names.
scrape() (
	exec 3<>"/dev/tcp/127.0.0.1/${1:-9752}" || exit 1
	printf 'GET /metrics HTTP/1.0\r\n\r\n' >&3
	tr -d '\r' <&3 >/tmp/answer
	sed '1,/^$/d' /tmp/answer >/tmp/scraped
	grep -q '^HTTP/1.. 200 ' /tmp/answer
) 2>/dev/null

# value SERIES [FILE]: what a scrape, or that file, says
value() {
	awk -v series="$1" 'index($0, series " ") == 1 { print $NF }' "${2:-/tmp/scraped}"
}

# in_cgroup NAME COMMAND...: runs it in a cgroup, which is made if need be
in_cgroup() {
	local cgroup=$memcg_root/$1
	shift
	mkdir -p "$cgroup"
	bash -c 'echo 0 >"$0/cgroup.procs" && exec "$@"' "$cgroup" "$@" 2>/dev/null
}

# exits STATUS COMMAND...: the command exits with this status
exits() {
	local want=$1 status=0
	shift
	"$@" >/tmp/out 2>&1 || status=$?
	[ "$status" -eq "$want" ] || { note "$*: exit status $status, $(cat /tmp/out)" && return 1; }
}

# wait_until SECONDS COMMAND...: until the command succeeds
wait_until() {
	local end=$(($(cut -d. -f1 /proc/uptime) + $1 * slowness))
	shift
	until "$@"; do
		[ "$(cut -d. -f1 /proc/uptime)" -lt "$end" ] || return 1
		sleep 0.5
	done
}

at_most_left() {
	[ "$(zombies_left)" -le "$1" ]
}

# A dump that was not read to its end keeps the module busy for a moment.
unload() {
	wait_until 20 rmmod kmemcgd 2>/dev/null
}

kmemleak=/sys/kernel/debug/kmemleak

# What kmemleak found before is not reported again; fails where there is none.
forget_lost() {
	[ -w "$kmemleak" ] && echo clear >"$kmemleak"
}

# Only what is older than 5 s is looked at, and only what did not change between
# two scans is reported.
nothing_lost() {
	for _ in 1 2; do
		sleep 6
		echo scan >"$kmemleak"
	done
	# Code that has no name is that of the module after it was unloaded.
	! grep -qE 'kmemcgd|(^ +|\] )0x[0-9a-f]+$' "$kmemleak" && return
	sed 's/^/# /' "$kmemleak"
	return 1
}

# Leaves the guest as the next test wants it.
tidy_up() {
	[ -z "${tick_pid:-}" ] || kill "$tick_pid" 2>/dev/null
	[ ! -d /sys/module/kmemcgd ] || rmmod kmemcgd
	find "$memcg_root/jobs" "$memcg_root/live" -depth -type d \
		-exec rmdir {} \; 2>/dev/null
	rm -rf /scratch/zombies /scratch/live /scratch/tick
	sync
	echo 3 >/proc/sys/vm/drop_caches
}
