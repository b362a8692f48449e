# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# Sourced by the tests of the unit: what systemd says of it, and policy files.
# shellcheck source-path=SCRIPTDIR/../guest source=testlib.sh
. testlib.sh
unit=kmemcgctl-controller.service
# shellcheck disable=SC2034 # the tests use them
{
	file=/etc/kmemcgd/policy.toml
	drop_ins=/etc/systemd/system/$unit.d
	proactiveness=/proc/sys/vm/compaction_proactiveness
}

property() {
	systemctl show -P "$1" "$unit"
}

# property_is NAME VALUE
property_is() {
	[ "$(property "$1")" = "$2" ]
}

# state_is STATE: as "systemctl status" has it
state_is() {
	[ "$(property ActiveState) ($(property SubState))" = "$1" ]
}

is_running() {
	state_is 'active (running)'
}

status_says() {
	property StatusText | grep -q -- "$1"
}

# From here on is what "says" looks at. By time: after a cursor a filter may skip one more.
mark() {
	journalctl --sync
	marked=$(date +%s.%N)
}

# journal LEVEL: of the unit since the mark, that level and worse; what the daemon wrote,
# and systemd about it
journal() {
	journalctl --sync
	journalctl -u "$unit" -o cat --no-pager --since "@$marked" -p "$1"
}

# says TEXT
says() {
	journal debug | grep -q -- "$1"
}

show_journal() {
	note "status: $(property StatusText)"
	journal debug | sed 's/^/# /'
}

# of_process PID FIELD: of /proc/PID/status, the first value
of_process() {
	awk -v name="$2:" '$1 == name { print $2 }' "/proc/$1/status"
}

of_daemon() {
	of_process "$(property MainPID)" "$1"
}

# As systemd chooses them.
is_dynamic() {
	local uid
	uid=$(of_daemon Uid)
	note "runs as $uid"
	[ "$uid" -ge 61184 ] && [ "$uid" -le 65519 ]
}

only_net_admin() {
	local set
	for set in CapPrm CapEff CapBnd; do
		[ "$(of_daemon $set)" = 0000000000001000 ] || { note "$set $(of_daemon $set)" && return 1; }
	done
}

# write_policy RATIO [TEXT]: watermarks for the children of /shop, after other text; 0: none
write_policy() {
	mkdir -p "${file%/*}"
	{
		printf '%b' "${2:-}"
		[ "$1" = 0 ] ||
			printf '[[policy]]\nname = "shop"\nmatch = "/shop/*"\nwatermark = { ratio = %s }\n' "$1"
	} >"$file.new"
	mv "$file.new" "$file"
}

# ratio_is PATH RATIO: of its own
ratio_is() {
	[ "$(watch_of "$1" source)" = own ] && [ "$(watch_of "$1" ratio)" = "$2" ]
}

has_no_ratio() {
	[ "$(watch_of "$1" source)" != own ] && [ -d /sys/module/kmemcgd ]
}

# drop_in NAME: from the standard input
drop_in() {
	mkdir -p "$drop_ins"
	cat >"$drop_ins/$1.conf"
	systemctl daemon-reload
}

# allow_relief: as docs/policy.md says
allow_relief() {
	mkdir -p "$drop_ins"
	cp /usr/local/share/kmemcgd/relieve.conf "$drop_ins/"
	systemctl daemon-reload
}

# in_unit COMMAND...: in a unit that differs from the daemon's in nothing but the command,
# its directory, and that nobody waits for it
in_unit() {
	local probe=/run/systemd/system/probe.service status=0
	sed -e '/^\(Restart\|WatchdogSec\|ExecReload\|ConditionPathExists\)/d' \
		-e "s|^ExecStart=.*|ExecStart=$*|" -e 's/^Type=.*/Type=oneshot/' \
		-e 's/^RuntimeDirectory=.*/RuntimeDirectory=probe/' \
		-e 's/^\[Service\]/&\nSyslogIdentifier=probe-unit/' \
		"/usr/local/lib/systemd/system/$unit" >"$probe"
	mkdir -p "$probe.d"
	rm -f "$probe.d"/*
	! [ -e "$drop_ins/relieve.conf" ] || cp "$drop_ins/relieve.conf" "$probe.d/"
	systemctl daemon-reload
	mark
	systemctl start probe || status=$?
	journalctl --sync
	journalctl -t probe-unit -o cat --no-pager --since "@$marked" >/tmp/probed
	return "$status"
}

# only NAME...: of what the probe tried it can do these, and nothing else
only() {
	local wanted
	wanted=$(printf 'can %s\n' "$@" | sort)
	grep '^can ' /tmp/probed | sort | diff - <(echo "$wanted") >/tmp/differ && return
	sed 's/^/# /' /tmp/differ
	return 1
}

# only_writable EXPRESSION: nothing else of the kernel's
only_writable() {
	! grep '^writable ' /tmp/probed | grep -vE "$1" | head -n 20 | sed 's/^/# /' | grep .
}

# Leaves nothing of the unit: neither set, nor failed, nor in /etc and /run.
tidy_unit() {
	systemctl stop "$unit"
	systemctl reset-failed "$unit" 2>/dev/null
	rm -rf "$drop_ins" "${file%/*}" /run/kmemcgd /run/private/kmemcgd
	systemctl daemon-reload
	rmdir "$memcg_root"/shop/*/ "$memcg_root/shop" 2>/dev/null
	tidy_up
}
