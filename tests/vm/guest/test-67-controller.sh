#!/bin/bash
# shellcheck disable=SC2317 # functions are run by check
# The daemon keeps a host at what its policy file says: cgroups that appear, a file that
# changes or breaks, a module that is loaded anew.
# shellcheck source-path=SCRIPTDIR source=testlib.sh
. testlib.sh
plan 9
file=/etc/kmemcgd/policy.toml

# write_policy RATIO
write_policy() {
	printf '[[policy]]\nname = "shop"\nmatch = "/shop/*"\nwatermark = { ratio = %s }\n' "$1" >"$file.new"
	mv "$file.new" "$file"
}

# ratio_is PATH RATIO: of its own
ratio_is() {
	[ "$(watch_of "$1" source)" = own ] && [ "$(watch_of "$1" ratio)" = "$2" ]
}

says() {
	grep -q -- "$1" /tmp/controller.log
}

loaded_anew() {
	unload && modprobe kmemcgd
}

nothing_is_set() {
	[ "$(watch_of /shop/web source)" != own ] && [ "$(watch_of /shop/new source)" != own ]
}

# stopped: it ends when it is told to, with status 0
stopped() {
	kill -TERM "$controller_pid"
	wait "$controller_pid"
}

mkdir -p /etc/kmemcgd
write_policy 80
make_parent shop
mkdir "$memcg_root/shop/web"
kmemcgctl controller --interval 5s --cleanup 2>/tmp/controller.log &
controller_pid=$!
check "it waits for the module" wait_until 20 says "not loaded"
modprobe kmemcgd
check "and applies the file when it is there" wait_until 40 ratio_is /shop/web 80
mkdir "$memcg_root/shop/new"
check "a cgroup that appears gets its watermark" wait_until 20 ratio_is /shop/new 80
write_policy 70
check "a file that changes is applied" wait_until 20 ratio_is /shop/web 70
echo 'what = "is this"' >"$file"
check "one that is wrong is reported" wait_until 20 says 'unknown key "what"'
check "and the last good one goes on when the module is loaded anew" loaded_anew
check "with all that it had set" wait_until 60 ratio_is /shop/web 70
check "it ends when it is told to" stopped
check "and takes back what it had set" nothing_is_set
sed 's/^/# /' /tmp/controller.log
rmdir "$memcg_root"/shop/*/ "$memcg_root/shop"
rm -rf /etc/kmemcgd /run/kmemcgd
tidy_up
finish
