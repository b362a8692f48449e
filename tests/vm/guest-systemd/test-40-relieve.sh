#!/bin/bash
# shellcheck disable=SC2317 # functions are run by check
# relieve.conf: without it the daemon says what it may not, with it a relief takes place,
# and nothing but that is allowed besides.
# shellcheck source-path=SCRIPTDIR source=systemdlib.sh
. systemdlib.sh
plan 21

# write_goal ORDER BLOCKS: a guest is as busy as it is
write_goal() {
	write_policy 80 "[metrics]\nlisten = \"127.0.0.1:9752\"\n[fragmentation]\norder = $1\nmin_blocks = $2\nrelieve = true\npsi_limit = 100\nload_limit = 1000\n"
}

value_is() {
	[ "$(cat "$proactiveness")" = "$1" ]
}

raised() {
	! value_is "$before"
}

# counted RESULT
counted() {
	scrape 9752 && [ "$(value "kmemcgd_reliefs_total{result=\"$1\"}")" -ge 1 ]
}

may_do_all() {
	! says 'rights\|denied\|not permitted\|Read-only'
}

modprobe kmemcgd
make_parent shop
mkdir "$memcg_root/shop/web"
before=$(cat "$proactiveness")
too_many=$(too_many_blocks)

write_goal 9 "$too_many"
mark
systemctl start "$unit"
check "without rights that is said" wait_until 60 says 'needs more rights to relieve: docs/policy.md'
check "and metrics count it" wait_until 20 counted failed
check "the policies are set all the same" ratio_is /shop/web 80
check "nothing was changed" value_is "$before"
show_journal

allow_relief
mark
check "with relieve.conf it restarts" systemctl restart "$unit"
check "as root" [ "$(of_daemon Uid)" = 0 ]
check "with CAP_NET_ADMIN only" only_net_admin
check "it relieves" wait_until 60 says 'blocks of order 9: relieving'
check "by compaction" wait_until 120 says 'relief: round 1, compaction: '
check "it raises the kernel's own" wait_until 120 raised
check "and puts it back when it is stopped in the middle" systemctl stop "$unit"
check "with the value of before" value_is "$before"
check "nothing was denied" may_do_all
show_journal

check "what it may do can be tried" in_unit /usr/bin/probe
sed -n 's/^\(note\|cannot\)/# &/p' /tmp/probed
check "it is what it has to, and nothing else" only "make files in its own directory" \
	"make files in /tmp" "ask the module" "read the policy file" "read cgroups" \
	"compact a node" "set proactiveness" "signal others"
check "all other files of the kernel's are read-only" only_writable \
	'^writable (/proc/sys/vm/compaction_proactiveness|/sys/devices/system/node/)'
note "$(systemd-analyze security --no-pager "$unit" | tail -n 1)"

check "memory can be fragmented" fragment_start 6 10 30
write_goal 6 64
mark
systemctl start "$unit"
check "64 blocks of order 6 can be had again" wait_until 120 says 'relief: met: '
check "which metrics count" wait_until 20 counted met
show_journal
fragment_stop

systemctl stop "$unit"
rm -r "$drop_ins"
systemctl daemon-reload
write_policy 0 '[module]\ncpu_cap = "6%"\n'
mark
systemctl start "$unit"
check "without the drop-in it is a user of its own again" is_dynamic
check "that knows the list of what root set" wait_until 20 says '/shop/web: watermark removed'
show_journal
tidy_unit
finish
