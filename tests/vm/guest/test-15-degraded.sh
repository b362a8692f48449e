#!/bin/bash
# shellcheck disable=SC2317 # functions are run by check
# On a kernel that lacks something: what is needed refuses the load with a line that
# names it; without the rest the module does its work and says what it lacks.
# shellcheck source-path=SCRIPTDIR source=testlib.sh
. testlib.sh
plan 9
module=$(modinfo -n kmemcgd)

# What the module looks for by name, and the capability that it is for.
optional="drain_all_stock=stock-drain cleanup_offline_cgwbs_work=writeback-cleanup
bdi_list=writeback-lookup shrinker_list=journal-shrink
jbd2_journal_shrink_scan=journal-shrink super_blocks=inode-sweep sb_lock=inode-sweep
cgroup_release=release-events cgroup_rmdir=rmdir-events cgroup_mkdir=create-events
cgroup_attach_task=attach-events mm_vmscan_memcg_reclaim_begin=stall-events"

# What the kernel's log has got of this module since the last time.
said() {
	dmesg | tail -n +"$((log_lines + 1))" | grep -F kmemcgd: | grep -v taint
}

# load_without NAME... [-- PARAMETER...]: as if this kernel had no such names
load_without() {
	local names=()
	while [ $# -gt 0 ] && [ "$1" != -- ]; do
		names+=("$1") && shift
	done
	shift
	hide-name "$module" /tmp/kmemcgd.ko "${names[@]}" || return 2
	log_lines=$(dmesg | wc -l)
	insmod /tmp/kmemcgd.ko "$@" 2>/tmp/refused
}

# Nothing of it is left, and one line says why.
refused() {
	said >/tmp/said
	[ ! -d /sys/module/kmemcgd ] && [ "$(wc -l </tmp/said)" = 1 ] &&
		grep -q "cannot load: $1" /tmp/said && return
	cat /tmp/refused /tmp/said | sed 's/^/# /'
	return 1
}

# needs NAME TEXT
needs() {
	! load_without "$1" && refused "$2"
}

# What forks has done so before nobody may any more.
needs_thread() {
	local before loader
	mkfifo /tmp/go
	log_lines=$(dmesg | wc -l)
	before=$(cat /proc/sys/kernel/threads-max)
	bash -c "read -r _ </tmp/go; exec insmod $module" 2>/tmp/refused &
	loader=$!
	exec 3>/tmp/go
	sleep 0.5
	echo 20 >/proc/sys/kernel/threads-max
	echo >&3
	wait "$loader"
	loaded=$?
	echo "$before" >/proc/sys/kernel/threads-max
	exec 3>&-
	[ "$loaded" != 0 ] && refused "no kernel thread (-11)"
}

absent() {
	kmemcgctl features --json | tr '{' '\n' |
		sed -n 's/.*"name":"\([^"]*\)","present":false.*"reason":"[^"].*/\1/p' | sort
}

# Without one of the names exactly its capability is absent.
each_alone() {
	local pair status=0
	for pair in $optional; do
		load_without "${pair%=*}" || return 1
		absent >/tmp/absent
		sort -u /tmp/always <(echo "${pair#*=}") | cmp -s - /tmp/absent ||
			{ note "without ${pair%=*}: $(xargs </tmp/absent)" && status=1; }
		rmmod kmemcgd || return 1
	done
	return "$status"
}

# Marks are passed without a hint of the kernel: the looks that are due find it.
kept_below_limit() {
	local hits
	hits=$(limit_hits app)
	load -c "$memcg_root/app" -m pages -f /scratch/stream -t 4 -r 10 >/dev/null
	note "limit hits: $(($(limit_hits app) - hits)), reclaimed $(watch_of /app reclaimed_bytes) bytes"
	[ "$(limit_hits app)" = "$hits" ] && [ "$(watch_of /app reclaimed_bytes)" -gt 0 ]
}

check "refused without kprobes" needs kallsyms_lookup_name "no kprobe on kallsyms_lookup_name"
check "refused without reclaim" needs try_to_free_mem_cgroup_pages try_to_free_mem_cgroup_pages
check "refused when no thread can be started" needs_thread

modprobe kmemcgd
absent >/tmp/always
rmmod kmemcgd
# Not even looked for where the headers lack it.
grep -q writeback-detach /tmp/always || optional+=" cleanup_offline_cgwb=writeback-detach"
check "each optional name makes one capability absent, with its reason" each_alone

# One way to inodes is left. From 7.1 on that has to be the kernel's own: a removed
# cgroup's pages are its parent's there, and who is alive keeps what it has.
case $(uname -r) in
[56].*) needed=inode-sweep ;;
*) needed=writeback-cleanup ;;
esac
mapfile -t names < <(tr ' ' '\n' <<<"$optional" | grep -v "$needed" | sed -n 's/=.*//p')
before=$(zombies_left)
# Else the kernel would write their inodes half a minute later.
zombies -n 50 && sync
check "loads with nothing but a way to inodes" load_without "${names[@]}" -- settle_ms=0 scan_interval_ms=1000 \
	cpu_cap_permille=500 backoff_min_ms=500
tick_start
check "a scan finds zombies and they go" wait_until 60 at_most_left $((before + 15))
zombies -n 50 -c 100 && sync
check "those that come later too" wait_until 60 at_most_left $((before + 15))

mkdir "$memcg_root/app"
set_limit app 32M
uncached_file /scratch/stream 64
kmemcgctl watermark set /app --ratio 80 --scale-factor 500 >/dev/null
check "a watermark is kept" kept_below_limit
check "and it unloads" unload
rmdir "$memcg_root/app"
rm -f /scratch/stream
tidy_up
finish
