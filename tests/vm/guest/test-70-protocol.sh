#!/bin/bash
# shellcheck disable=SC2317 # functions are run by check
# Header, specification and module agree, and malformed requests are refused:
# what an independent client on libnl sees.
# shellcheck source-path=SCRIPTDIR source=testlib.sh
. testlib.sh
cases="check unknown-attr wrong-type out-of-range unknown-id truncated
old-version new-version dumps unprivileged"
plan $((1 + $(wc -w <<<"$cases")))

# A cgroup whose path alone fills a message of the usual size, with a watermark and a
# class: the only one, so that it comes first.
set_deep_watermark() {
	local part path=$memcg_root
	part=$(printf 'd%.0s' {1..250})
	for _ in {1..15}; do
		[ "$cgroup_version" = 1 ] || echo +memory >"$path/cgroup.subtree_control"
		path+=/$part
		mkdir "$path" || return
	done
	kmemcgctl watermark set "$path" --ratio 95 >/tmp/set &&
		kmemcgctl watermark show "$path" >/tmp/show &&
		grep -q "$part/$part" /tmp/set /tmp/show &&
		kmemcgctl qos set "$path" --class 8 >/tmp/set && kmemcgctl qos show "$path" >/tmp/show &&
		grep -q "$part/$part" /tmp/set /tmp/show
}

modprobe kmemcgd
check "a path of 3,765 bytes" set_deep_watermark
for case in $cases; do
	kmemcgd-peer "$case" | sed 's/^/# /'
	check "$case" [ "${PIPESTATUS[0]}" -eq 0 ]
done
tidy_up
find "$memcg_root" -mindepth 1 -depth -type d -name 'ddd*' -exec rmdir {} \;
finish
