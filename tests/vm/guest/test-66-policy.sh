#!/bin/bash
# shellcheck disable=SC2317 # functions are run by check
# A policy file is applied to cgroups that are there; only what differs changes.
# shellcheck source-path=SCRIPTDIR source=testlib.sh
. testlib.sh
plan 13
file=/etc/kmemcgd/policy.toml

# ratio_of PATH RATIO: it has a watermark of its own with that
ratio_of() {
	[ "$(watch_of "$1" source)" = own ] && [ "$(watch_of "$1" ratio)" = "$2" ]
}

as_the_file_says() {
	ratio_of /shop 80 && ratio_of /shop/web 90 && ratio_of /shop/db 0 && ratio_of /shop/job 70
}

kept_and_gone() {
	ratio_of /shop 80 && ratio_of /shop/job 70 && [ "$(watch_of /shop/web source)" = inherited ]
}

# steps_of COMMAND TEXT...: it succeeds and says all of these
steps_of() {
	local command=$1 text
	shift
	# shellcheck disable=SC2086 # words
	kmemcgctl policy $command >/tmp/steps 2>&1 || return 1
	for text in "$@"; do
		grep -q -- "$text" /tmp/steps || { sed 's/^/# /' /tmp/steps && return 1; }
	done
}

nothing_to_do() {
	kmemcgctl --json policy diff | grep -q '"tunables":\[\],"steps":\[\]'
}

exported_is_the_same() {
	kmemcgctl policy export >/tmp/exported.toml &&
		kmemcgctl --json policy diff --file /tmp/exported.toml |
		grep -q '"tunables":\[\],"steps":\[\]'
}

mkdir -p /etc/kmemcgd
cat >"$file" <<'END'
[module]
settle = "2s"
[[policy]]
name = "large"
match = "/shop/*"
limit = { min = "32M" }
watermark = { ratio = 90, scale_factor = 20 }
[[policy]]
name = "quiet"
match = "/shop/**/db"
opt_out = true
[[policy]]
name = "shop"
match = "/shop"
watermark = { ratio = 80 }
END
make_parent shop
mkdir "$memcg_root/shop/web" "$memcg_root/shop/db" "$memcg_root/shop/job"
set_limit shop/web 64M
check "the file is checked without the module" exits 0 kmemcgctl policy check
modprobe kmemcgd settle_ms=500
kmemcgctl watermark set /shop/job --ratio 70 >/dev/null
check "a difference is shown" steps_of diff /shop/web settle_ms
check "and changes nothing" [ "$(cat "$parameters/settle_ms")" = 500 ]
check "it is applied" steps_of apply /shop/web /shop/db /shop
check "tunables are set" [ "$(cat "$parameters/settle_ms")" = 2000 ]
check "watermarks are set" as_the_file_says
check "and nothing is left to do" nothing_to_do
check "what is exported says the same" exported_is_the_same
check "a cgroup's policy is explained" steps_of "explain /shop/db" '"quiet"' '"large"'
echo 'ratio = 5' >>"$file"
check "a broken file is refused" exits 2 kmemcgctl policy apply
check "and changes nothing" as_the_file_says
printf '[[policy]]\nname = "shop"\nmatch = "/shop"\nwatermark = { ratio = 80 }\n' >"$file"
kmemcgctl policy apply >/dev/null
check "what no policy is for goes, what was set by hand stays" kept_and_gone
check "unloads" unload
rmdir "$memcg_root"/shop/*/ "$memcg_root/shop"
rm -rf /etc/kmemcgd /run/kmemcgd
tidy_up
finish
