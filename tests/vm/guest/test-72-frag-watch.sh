#!/bin/bash
# shellcheck disable=SC2317 # functions are run by check
# Large blocks: whose they are, how fast they go, and what the daemon does when there are
# too few. That nothing is left behind is what matters most.
# shellcheck source-path=SCRIPTDIR source=testlib.sh
. testlib.sh
plan 24
file=/etc/kmemcgd/policy.toml
proactiveness=/proc/sys/vm/compaction_proactiveness
order=9 # 2 MiB

# types_add_up: pageblocks of all types are those that the kernel lists
types_add_up() {
	kmemcgctl frag show --types --format plain >/tmp/types || return
	[ "$(awk 'NR > 1 { n += $6 } END { print n }' /tmp/types)" = \
		"$(awk '/^Number of blocks type/ { on = 1; next } /^$/ || !/^Node/ { on = 0 }
			on { for (at = 5; at <= NF; at++) n += $at } END { print n }' /proc/pagetypeinfo)" ]
}

has_types() {
	kmemcgctl frag show --types --json >/tmp/out &&
		grep -q '"type":"Unmovable"' /tmp/out && grep -q '"types_unreadable":null' /tmp/out
}

nobody_is_told_why() {
	as-nobody kmemcgctl frag show --types --format human >/tmp/out 2>/tmp/err &&
		grep -q 'migrate types: cannot read .*Permission denied' /tmp/err && grep -q 'LARGEST' /tmp/out
}

nobody_gets_null() {
	as-nobody kmemcgctl frag show --types --json >/tmp/out &&
		grep -q '"types":null' /tmp/out && grep -q '"index_from":"computed"' /tmp/out
}

indices_are_the_kernels() {
	kmemcgctl frag show --json >/tmp/out && [ "$(json_field index_from </tmp/out)" = debugfs ] &&
		[ "$(json_field unusable_from </tmp/out)" = debugfs ]
}

# watch_says TEXT
watch_says() {
	grep -q -- "$1" /tmp/watch
}

# ends PID: with 0, when it is told to
ends() {
	kill -TERM "$1" && wait "$1"
}

# write_policy MIN_BLOCKS RELIEVE
write_policy() {
	{
		printf '[module]\nnode_free_mb = 7\n[metrics]\ntextfile = "/tmp/metrics/k.prom"\ninterval = "1s"\n'
		printf '[fragmentation]\norder = %s\nmin_blocks = %s\nrelieve = %s\n' "$order" "$1" "$2"
		# An emulated guest is busy: not what this is about.
		printf 'psi_limit = 100\nload_limit = 100\n'
	} >"$file.new"
	mv "$file.new" "$file"
}

start_controller() {
	kmemcgctl controller --interval 2s 2>/tmp/controller.log &
	controller_pid=$!
}

says() {
	grep -q -- "$1" /tmp/controller.log
}

# metric SERIES VALUE
metric() {
	[ "$(value "$1" /tmp/metrics/k.prom)" = "$2" ]
}

node_free() {
	kmemcgctl config show --json | json_field node_free_mb
}

nothing_is_left() {
	note "node_free_mb $(node_free), proactiveness $(cat "$proactiveness" 2>/dev/null), was $proactive"
	[ "$(node_free)" = 7 ] && [ "$(cat "$proactiveness" 2>/dev/null)" = "$proactive" ] &&
		[ ! -e /run/kmemcgd/relief.json ]
}

did_nothing() {
	! says relief && ! says relieving
}

# Its turns are at nice 19, and cut short by a thread that is not.
is_in_the_background() {
	local nices
	nices=$(cat "/proc/$controller_pid"/task/*/stat | cut -d' ' -f1,19)
	note "threads and their nice values: ${nices//$'\n'/, }"
	grep -qx "$controller_pid 19" <<<"$nices" && grep -q ' 0$' <<<"$nices"
}

mkdir -p /etc/kmemcgd /tmp/metrics
proactive=$(cat "$proactiveness" 2>/dev/null)
echo 1 >/proc/sys/vm/compact_memory

check "free memory by type, as JSON" has_types
check "and pageblocks as the kernel counts them" types_add_up
check "who may not read it is told why, and that is no failure" nobody_is_told_why
check "and in JSON it is null, with computed indices" nobody_gets_null
if [ -r /sys/kernel/debug/extfrag/extfrag_index ]; then
	check "the kernel's own indices where debugfs has them" indices_are_the_kernels
else
	skip "the kernel's own indices where debugfs has them" "it has none"
fi

# Blocks go: 200 MiB into a tmpfs, of which 100 blocks are made.
free=$(free_blocks "$order")
note "$free blocks of order $order are free"
kmemcgctl frag watch --order $order --min-blocks $((free - 50)) --json >/tmp/watch &
watch_pid=$!
check "a watch begins with the state" wait_until 20 watch_says '"event":"state","state":"[cf]a'
dd if=/dev/zero of=/tmp/blocks bs=1M count=200 2>/dev/null
check "and says when there are too few" wait_until 70 watch_says '"state":"low"'
rm /tmp/blocks
check "it ends when it is told to" ends "$watch_pid"
sed 's/^/# /' /tmp/watch
check "of an order that there is not it says so" exits 2 kmemcgctl frag watch --order 31

modprobe kmemcgd
write_policy 1 true
start_controller
check "the daemon says that there are enough" wait_until 20 says "blocks of order $order: calm"
check "which metrics have as well" wait_until 20 \
	metric "kmemcgd_fragmentation_state{order=\"$order\",state=\"calm\"}" 1
check "it does nothing about it" did_nothing
check "it is in the background" is_in_the_background

most=$(too_many_blocks)
note "$(free_blocks "$order") blocks are free, $most are wanted"
write_policy "$most" false
check "too few are a warning" wait_until 20 says "blocks of order $order: low"
check "and without leave nothing is done" did_nothing
write_policy "$most" true
check "with it they are relieved" wait_until 20 says "blocks of order $order: relieving"
check "each step says what it gave" wait_until 60 says 'relief: round 1, zombies: '
check "and so does compaction" wait_until 90 says 'relief: round 1, compaction: '
check "it gives up, and waits before the next" wait_until 120 says 'wanted, in .*; again after 60'
check "which metrics count" wait_until 20 grep -qE \
	'^kmemcgd_reliefs_total\{result="(nothing-left|timed-out)"\} 1$' /tmp/metrics/k.prom
check "everything is as it was" wait_until 20 nothing_is_left
check "the daemon ends when it is told to" ends "$controller_pid"
sed 's/^/# /' /tmp/controller.log

start_controller
wait_until 20 says "blocks of order $order: relieving"
sleep 1
check "it ends in the middle of a relief" ends "$controller_pid"
check "and everything is as it was" nothing_is_left
sed 's/^/# /' /tmp/controller.log
rm -rf /etc/kmemcgd /run/kmemcgd /tmp/metrics
tidy_up
finish
