#!/bin/bash
# shellcheck disable=SC2317 # functions are run by check
# A watermark takes little of what memory.low protects, and nothing of what
# memory.min does, though there is nothing else to take.
# shellcheck source-path=SCRIPTDIR source=testlib.sh
. testlib.sh
plan 3
seconds=${PROTECTED_SECONDS:-12}

# keeps PERCENT low|min: a child has 50 MB of cache that are protected so, beside one
# with 147 MB of memory that can't be taken, under a parent above its mark.
keeps() {
	local percent=$1 what=$2 before after triggered
	echo 50M | tee "$memcg_root/shared/memory.$what" "$memcg_root/shared/kept/memory.$what" >/dev/null
	uncached_file /scratch/kept 50
	in_cgroup shared/kept cat /scratch/kept >/dev/null
	before=$(file_bytes shared/kept)
	kmemcgctl watermark set /shared --ratio 90 >/dev/null
	sleep "$seconds"
	after=$(file_bytes shared/kept)
	triggered=$(watch_of /shared triggered)
	note "memory.$what: $((after >> 20)) of $((before >> 20)) MB after $seconds s," \
		"reclaim began $triggered times, now $(watch_of /shared state)"
	kmemcgctl watermark unset /shared >/dev/null
	[ "$triggered" -gt 0 ] && [ "$before" -ge $((49 << 20)) ] &&
		[ $((after * 100)) -ge $((before * percent)) ]
}

if [ "$cgroup_version" = 1 ]; then
	skip_all "cgroup v1 has no memory.low" \
		"80 % of what memory.low protects stays" \
		"97 % of what memory.min protects stays" "unloads"
fi
make_parent shared
mkdir "$memcg_root/shared/kept" "$memcg_root/shared/fixed"
set_limit shared 200M
in_cgroup shared/fixed dd if=/dev/zero of=/dev/shm/fixed bs=1M count=147 2>/dev/null
modprobe kmemcgd
check "80 % of what memory.low protects stays" keeps 80 low
check "97 % of what memory.min protects stays" keeps 97 min
check "unloads" unload
rm -f /dev/shm/fixed /scratch/kept
find "$memcg_root/shared" -depth -type d -exec rmdir {} \;
tidy_up
finish
