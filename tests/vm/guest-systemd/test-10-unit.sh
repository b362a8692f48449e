#!/bin/bash
# shellcheck disable=SC2317 # functions are run by check
# The unit from its installation to its end: who it runs as, what it tells systemd, what
# a file that is wrong, a module that is not there, a reload and a stop do.
# shellcheck source-path=SCRIPTDIR source=systemdlib.sh
. systemdlib.sh
plan 34

# Left out, and no failure.
is_skipped() {
	systemctl start "$unit" && property_is ConditionResult no &&
		state_is 'inactive (dead)' && property_is Result success
}

policy_is_shown() {
	kmemcgctl policy show --format plain >/tmp/out && note "$(tail -n 1 /tmp/out)" &&
		grep -q 'shop.*2' /tmp/out
}

# Neither more rights by way of a program, nor system calls that are not on the list.
is_confined() {
	[ "$(of_daemon NoNewPrivs)" = 1 ] && [ "$(of_daemon Seccomp)" = 2 ]
}

limit_is_set() {
	local cgroup
	cgroup=$memcg_root$(property ControlGroup)
	note "uses $(cat "$cgroup/memory.current") of $(cat "$cgroup/memory.max") bytes"
	[ "$(cat "$cgroup/memory.max")" = $((64 << 20)) ]
}

# There is nothing to do, and nothing to wake it for half a minute.
restarts_with_a_status() {
	systemctl restart "$unit" && status_says '^2 cgroups have a policy$'
}

# What is behind a link changes, which nobody is told.
changed_behind_a_link() {
	mkdir -p /etc/elsewhere
	write_policy 70
	mv "$file" /etc/elsewhere/
	ln -s /etc/elsewhere/policy.toml "$file"
	wait_until 20 ratio_is /shop/web 70 || return 1
	sed -i s/70/65/ /etc/elsewhere/policy.toml
	sleep 3
	ratio_is /shop/web 70
}

# says_error TEXT: with the level that the daemon gave it
says_error() {
	journal err | grep -q -- "$1"
}

# At the start: status 2, which is not tried again.
stays_failed() {
	! systemctl start "$unit" 2>/dev/null || return 1
	sleep 8
	note "status $(property ExecMainStatus), restarts $(property NRestarts)"
	state_is 'failed (failed)' && property_is ExecMainStatus 2 && property_is NRestarts 0
}

ended_well() {
	state_is 'inactive (dead)' && property_is Result success && property_is ExecMainStatus 0 &&
		[ "$(property ExecMainCode)" = 1 ]
}

mark
check "systemd knows the unit where it is installed" property_is LoadState loaded
check "and has nothing to say against it" systemd-analyze verify "$unit"
check "it can be enabled" systemctl -q enable "$unit"
check "for each boot" [ -L /etc/systemd/system/multi-user.target.wants/$unit ]
check "without a policy file it is skipped" is_skipped

make_parent shop
mkdir "$memcg_root"/shop/{web,db}
write_policy 80
mark
check "without the module it starts" systemctl start "$unit"
check "and runs" is_running
check "its status says what it waits for" wait_until 20 status_says 'not loaded'
check "so does the journal" wait_until 20 says 'not loaded'
modprobe kmemcgd
check "once the module is there it does its work" wait_until 60 ratio_is /shop/web 80
check "and says so" wait_until 20 says 'all is well again'
check "also in its status" wait_until 20 status_says '^2 cgroups have a policy$'
check "as policy show does" policy_is_shown
show_journal

check "it runs as a user of its own" is_dynamic
check "with CAP_NET_ADMIN only" only_net_admin
check "and can't get more" is_confined
check "its memory is limited" limit_is_set
check "it wants to be heard once a minute" property_is WatchdogUSec 1min
check "after a restart its status is there at once" restarts_with_a_status

mark
check "a reload" systemctl reload "$unit"
check "reads the file" wait_until 20 says '1 policies'
check "one that changed unseen" changed_behind_a_link
systemctl reload "$unit"
check "is applied by it" wait_until 20 ratio_is /shop/web 65
rm "$file"

mark
write_policy 0 'what = "is this"\n'
check "a file that is wrong is in the status" wait_until 20 status_says 'unknown key "what"'
check "and in the journal, as an error" says_error 'unknown key "what"'
systemctl reload "$unit"
sleep 2
check "also after a reload" status_says 'unknown key "what"'
check "with the last good one it goes on" is_running
check "which stays in force" ratio_is /shop/web 65
show_journal

systemctl stop "$unit"
check "it ends when it is stopped" ended_well
check "what it set stays" ratio_is /shop/web 65
mark
check "with a file that is wrong it does not start, nor again" stays_failed
check "and says why, as an error" says_error 'unknown key "what"'
show_journal
write_policy 80
mark
check "with one that is right it does" systemctl start "$unit"
check "and applies it" wait_until 20 ratio_is /shop/web 80
show_journal
systemctl -q disable "$unit"
rm -rf /etc/elsewhere
tidy_unit
finish
