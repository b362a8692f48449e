#!/bin/bash
# shellcheck disable=SC2317 # functions are run by check
# "kmemcgctl frag relieve" without the module: what it must not do, and that it puts back
# what it raised.
# shellcheck source-path=SCRIPTDIR source=testlib.sh
. testlib.sh
plan 20

proactiveness=/proc/sys/vm/compaction_proactiveness
kept=/run/kmemcgd/relief.json
# As busy as a guest may be that shares its CPUs with others.
whatever_the_load=(--load-limit 1000 --psi-limit 100)

# Nearly all memory, in blocks of 4 MiB: the kernel itself has more than the rest.
memory_kb=$(awk '$1 == "MemTotal:" { print $2 }' /proc/meminfo)
too_many=$((memory_kb * 98 / 100 / 4096))
impossible=(--order 10 --blocks "$too_many")

# What was scanned for compaction so far, on whoever's behalf.
scanned() {
	vmstat_of compact_migrate_scanned
}

relieve() {
	kmemcgctl frag relieve "$@"
}

as_before() {
	[ "$(cat "$proactiveness")" = "$before" ] && [ ! -e "$kept" ]
}

is_raised() {
	[ "$(cat "$proactiveness")" != "$before" ]
}

# A compaction that goes on without who asked for it would be one.
nobody_is_left() {
	! grep -qs '^kmemcgctl$' /proc/[0-9]*/comm
}

# Neither waits nor loads: the bound is what an emulated guest needs to start a program.
does_nothing() {
	local begin end
	begin=$(now_ms)
	exits 0 relieve --order 3 --blocks 8 --json || return 1
	end=$(now_ms)
	note "took $((end - begin)) ms"
	grep -q '"end":"met".*"steps":\[\]' /tmp/out && [ $((end - begin)) -lt $((5000 * slowness)) ]
}

refuses() {
	local hint=$1
	shift
	exits 2 relieve "$@" && grep -q -- "$hint" /tmp/out
}

# Not by way of a function: signals are to reach it, not a shell in between.
start() {
	kmemcgctl frag relieve "${impossible[@]}" "${whatever_the_load[@]}" --timeout 300s >/tmp/run 2>&1 &
	run_pid=$!
}

# in_the_middle COMMAND...: once it is raised
in_the_middle() {
	start
	wait_until 120 is_raised || { note "not raised: $(cat /tmp/run)" && return 1; }
	"$@"
}

# ends_with SIGNAL STATUS
ends_with() {
	local status=0
	kill -s "$1" "$run_pid"
	wait "$run_pid" 2>/dev/null || status=$?
	[ "$status" = "$2" ] || { note "status $status: $(cat /tmp/run)" && return 1; }
}

only_one() {
	exits 1 relieve "${impossible[@]}" && grep -q 'another kmemcgctl' /tmp/out
}

# It is there for a moment in each round, and rounds get rare: looked for without a pause,
# and without starting a process for each look.
sees_child() {
	local child='' end=$((SECONDS + 60 * slowness))
	until [ -n "$child" ]; do
		[ "$SECONDS" -lt "$end" ] || { note "no child was seen" && return 1; }
		read -r child <"/proc/$run_pid/task/$run_pid/children"
	done 2>/dev/null
	note "child $child"
}

ends_in_the_middle() {
	local seen=0
	start
	sees_child || seen=1
	ends_with TERM 6 && as_before && nobody_is_left && [ "$seen" = 0 ]
}

compacted_and_put_back() {
	as_before && [ "$(scanned)" -gt "$looked" ]
}

term_puts_back() {
	ends_with TERM 6 && as_before
}

kill_leaves_it() {
	in_the_middle ends_with KILL 137 && is_raised
}

next_puts_back() {
	exits 0 relieve --order 0 --blocks 1 && as_before && grep -q 'was still' /tmp/out
}

before=$(cat "$proactiveness")
check "a calm host: nothing to do" does_nothing
check "neither for nobody" as-nobody kmemcgctl frag relieve --order 3 --blocks 8
check "no trace of it" [ ! -e /run/kmemcgd/relief.lock ]

check "an order that there is not" refuses 'largest block' --order 99
check "no blocks" refuses 'ask for 1' --order 3 --blocks 0
check "more than there could be" refuses 'more than the memory' --order 10 --blocks 1000000
check "a node that there is not" refuses 'nodes: 0' --order 3 --node 99
check "no order" refuses '--order is missing' --blocks 3

looked=$(scanned)
check "nobody may not" exits 4 as-nobody kmemcgctl frag relieve "${impossible[@]}"
check "but ask what would be done" exits 0 as-nobody kmemcgctl frag relieve "${impossible[@]}" --dry-run
check "so may root" exits 0 relieve "${impossible[@]}" --dry-run --json
note "$(cat /tmp/out)"
check "and nothing is changed" as_before
check "nor compacted" [ "$(scanned)" = "$looked" ]

check "a goal that can't be met is partial" exits 6 relieve "${impossible[@]}" "${whatever_the_load[@]}" --timeout $((15 * slowness))s --json
note "$(cat /tmp/out)"
check "it did compact, and put back what it raised" compacted_and_put_back

check "one at a time" in_the_middle only_one
check "SIGTERM puts back what is raised" term_puts_back
check "after SIGKILL it is still raised" kill_leaves_it
check "and the next run puts it back" next_puts_back
# Page cache, so that there is something to move.
dd if=/dev/zero of=/scratch/big bs=1M count=600 2>/dev/null
check "a compaction ends with who asked for it" ends_in_the_middle
rm -f /run/kmemcgd/relief.lock /scratch/big
tidy_up
finish
