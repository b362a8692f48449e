#!/bin/bash
# shellcheck disable=SC2317 # functions are run by check
# Many cgroups that fill at once are kept from their limits as well as one is
# that fills as fast as all of them together.
# shellcheck source-path=SCRIPTDIR source=testlib.sh
. testlib.sh
plan 5
count=${CROWD:-20}
mb_per_s=${CROWD_MB_PER_S:-80}
seconds=5

# fill_begin NAME RATE: reads a file of holes, so that no disk is in the way, and
# page by page: newer kernels read 8 MB ahead and charge them at once, which is more
# than there is above the mark.
fill_begin() {
	truncate -s 1G "/scratch/$1"
	load -m pages -c "$memcg_root/crowd/$1" -f "/scratch/$1" -t "$seconds" -r "$2" >"/tmp/$1" &
	fills+=($!)
}

# hits_of RATE NAME...: fills them at once, each at that many MB a second, and
# prints how often their limits were hit
hits_of() {
	local rate=$1 name hits=0
	shift
	fills=()
	for name in "$@"; do
		hits=$((hits - $(limit_hits "crowd/$name")))
	done
	for name in "$@"; do
		fill_begin "$name" "$rate"
	done
	wait "${fills[@]}"
	for name in "$@"; do
		hits=$((hits + $(limit_hits "crowd/$name")))
	done
	echo "$hits"
}

# kept_from WITHOUT RATE NAME...: they hit their limits at most half as often as
# without a watermark, or 5 times. The goal is never, which a machine of its own
# shows; one that others use as well keeps the thread from its turn for longer
# than a limit is away, so that each of five attempts may show it.
kept_from() {
	local hits without=$1
	shift
	for _ in 1 2 3 4 5; do
		hits=$(hits_of "$@")
		note "$(($# - 1)) at $1 MB/s each: $hits times at a limit, $without without"
		{ [ $((hits * 2)) -le "$without" ] || [ "$hits" -le 5 ]; } && return
	done
	return 1
}

all_triggered() {
	local name
	for name in $names; do
		[ "$(watch_of "/crowd/$name" triggered)" -gt 0 ] || return 1
	done
}

names=$(seq "$count" | xargs)
make_parent crowd
for name in $names; do
	mkdir "$memcg_root/crowd/$name"
	set_limit "crowd/$name" 16M
done
modprobe kmemcgd
one_without=$(hits_of "$mb_per_s" 1)
# shellcheck disable=SC2086 # words
many_without=$(hits_of $((mb_per_s / count)) $names)
note "without a watermark: $one_without and $many_without times at a limit"
check "without a watermark limits are hit" [ "$one_without" -ge 20 -a "$many_without" -ge 20 ]
kmemcgctl watermark set /crowd --ratio 80 --scale-factor 200 >/dev/null
# All are at their limits now.
sleep 1
check "one alone is kept from it" kept_from "$one_without" "$mb_per_s" 1
# shellcheck disable=SC2086 # words
check "and so are many at once" kept_from "$many_without" $((mb_per_s / count)) $names
# shellcheck disable=SC2086 # words
hits_of $((mb_per_s * 8 / count)) $names >/tmp/crowded
check "none is left out when they fill 8 times as fast" all_triggered
note "then limits were hit $(cat /tmp/crowded) times, in all of $count cgroups"
check "and one thread did that" [ "$(thread_pids kmemcgd_wmark | wc -l)" = 1 ]
find "$memcg_root/crowd" -depth -type d -exec rmdir {} \;
for name in $names; do
	rm -f "/scratch/$name"
done
tidy_up
finish
