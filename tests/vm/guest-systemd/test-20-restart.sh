#!/bin/bash
# shellcheck disable=SC2317 # functions are run by check
# The daemon hangs, is killed, gets another user, or meets what root set by hand: what is
# set outlives it, and so does the list of it.
# shellcheck source-path=SCRIPTDIR source=systemdlib.sh
. systemdlib.sh
plan 20

# restarted COUNT: so many times, and it runs
restarted() {
	property_is NRestarts "$1" && is_running
}

is_another() {
	[ "$(property MainPID)" != "$daemon" ]
}

# What is set by a policy goes with it only where it is in the list.
list_is_known() {
	mark
	write_policy 0 '[module]\ncpu_cap = "6%"\n'
	wait_until 20 has_no_ratio /shop/web && says '/shop/web: watermark removed'
}

known_after_restart() {
	systemctl restart "$unit" && list_is_known
}

comes_back() {
	write_policy "$1"
	wait_until 20 ratio_is /shop/web "$1"
}

killed() {
	daemon=$(property MainPID)
	kill -KILL "$daemon"
	wait_until 10 state_is 'activating (auto-restart)'
}

# The name of the unit is what its number comes from, unless somebody has it.
gets_another_user() {
	local uid
	uid=$(of_daemon Uid)
	systemctl stop "$unit"
	echo "squatter:x:$uid:$uid::/:/bin/false" >>/etc/passwd
	systemctl start "$unit"
	note "was $uid, is $(of_daemon Uid)"
	is_running && [ "$(of_daemon Uid)" != "$uid" ]
}

apply_by_hand() (
	umask "$1"
	kmemcgctl policy apply >/tmp/out 2>&1 || { note "$(cat /tmp/out)" && exit 1; }
)

# by_hand_first UMASK: root has applied the file before the unit was ever started
by_hand_first() {
	systemctl stop "$unit"
	rm -rf /run/kmemcgd /run/private/kmemcgd
	write_policy 77
	apply_by_hand "$1" && ratio_is /shop/web 77 && systemctl start "$unit" && list_is_known
}

by_hand_meanwhile() {
	comes_back 76 || return 1
	systemctl stop "$unit"
	write_policy 75
	systemctl start "$unit"
	wait_until 20 ratio_is /shop/web 75
	kmemcgctl watermark unset /shop/web >/dev/null
	apply_by_hand "$1" && ratio_is /shop/web 75 && list_is_known
}

modprobe kmemcgd
make_parent shop
mkdir "$memcg_root/shop/web"
write_policy 80
drop_in watchdog <<<$'[Service]\nWatchdogSec=10s'
mark
systemctl start "$unit"
daemon=$(property MainPID)
check "the policy is in force" wait_until 20 ratio_is /shop/web 80
sleep 25
check "one that is well is left alone" [ "$(property MainPID) $(property NRestarts)" = "$daemon 0" ]
kill -STOP "$daemon"
check "one that hangs is restarted" wait_until 60 restarted 1
check "as another process" is_another
check "because of the watchdog" says "Failed with result 'watchdog'"
check "and says at once what there is" wait_until 4 status_says '1 cgroups have a policy'
show_journal

mark
check "one that is killed" killed
check "leaves what it has set" ratio_is /shop/web 80
check "and the list of it" [ -s /run/kmemcgd/applied.json ]
check "is restarted" wait_until 30 restarted 2
check "and knows what it had set" list_is_known
show_journal

mark
check "a policy comes back" comes_back 79
check "the next start may be as another user" gets_another_user
check "who knows the list as well" list_is_known
check "and can write it" comes_back 78
check "after a restart it is known again" known_after_restart
show_journal

mark
check "what root applied before the first start is taken over" by_hand_first 022
check "also where its files are for root alone" by_hand_first 077
check "so is what root applies meanwhile" by_hand_meanwhile 022
check "and where root's files are for root alone" by_hand_meanwhile 077
show_journal
sed -i /squatter/d /etc/passwd
tidy_unit
finish
