#!/bin/bash
# shellcheck disable=SC2317 # functions are run by check
# Classes are set, shown and taken away, by hand, by a policy file and by the daemon; what
# makes no sense is refused.
# shellcheck source-path=SCRIPTDIR source=testlib.sh
. testlib.sh
plan 20
file=/etc/kmemcgd/policy.toml

# qos_is PATH CLASS REQUEST_BYTES REQUEST_RATIO
qos_is() {
	[ "$(qos_of "$1" class)" = "$2" ] && [ "$(qos_of "$1" request_bytes)" = "$3" ] &&
		[ "$(qos_of "$1" request_ratio)" = "$4" ]
}

has_none() {
	exits 1 kmemcgctl qos show "$1" && grep -q "no class is set for $1" /tmp/out
}

# says TEXT COMMAND...: it succeeds and says that
says() {
	local text=$1
	shift
	"$@" >/tmp/said 2>&1 || return
	grep -q -- "$text" /tmp/said || { sed 's/^/# /' /tmp/said && return 1; }
}

# 300M of half of its limit are protected, whichever is more.
protects_what_it_asked_for() {
	[ "$(qos_of /shop/web protected_bytes)" = $((32 << 20)) ]
}

in_order() {
	[ "$(kmemcgctl qos show | awk -F'\t' 'NR > 1 { printf "%s ", $NF }')" = "$*" ]
}

nothing_to_do() {
	kmemcgctl --json policy diff "$@" | grep -q '"tunables":\[\],"steps":\[\]'
}

exported_is_the_same() {
	kmemcgctl policy export >/tmp/exported.toml && nothing_to_do --file /tmp/exported.toml
}

as_the_file_says() {
	qos_is /shop/web 8 0 50 && qos_is /shop/db 12 0 0 && has_none /shop/job &&
		[ "$(watch_of /shop ratio)" = 80 ] && [ "$(cat "$parameters/node_gap_percent")" = 50 ]
}

# The job's was set by hand, the web's by the file.
kept_and_gone() {
	qos_is /shop/job 3 0 0 && has_none /shop/web && has_none /shop/db
}

# stopped: it ends when it is told to, with status 0
stopped() {
	kill -TERM "$controller_pid"
	wait "$controller_pid"
}

mkdir -p /etc/kmemcgd
make_parent shop
mkdir "$memcg_root/shop/web" "$memcg_root/shop/db" "$memcg_root/shop/job"
set_limit shop/web 64M
check "without the module" exits 3 kmemcgctl qos set /shop/web --class burstable
modprobe kmemcgd
check "no threshold is set" says 'state.*off' kmemcgctl pressure
check "nobody has a class" exits 1 kmemcgctl qos show /shop/web
check "one is given" exits 0 kmemcgctl qos set /shop/web --class burstable --request 50%
check "and is shown" qos_is /shop/web 8 0 50
check "half of its limit is protected" protects_what_it_asked_for
kmemcgctl qos set /shop/db --class 12 --request 300M >/dev/null
kmemcgctl qos set /shop/job --class besteffort >/dev/null
check "those that give first are on top" in_order /shop/job /shop/web /shop/db ''
check "what is not given stays" exits 0 kmemcgctl qos set /shop/db --swap on
check "a request is kept by that" qos_is /shop/db 12 $((300 << 20)) 0
check "a class that is out of range" exits 1 kmemcgctl qos set /shop/web --class 16
check "an unknown one" exits 2 kmemcgctl qos set /shop/web --class burstabel
check "a request and no class" exits 1 kmemcgctl qos set /shop --request 5M
check "all are taken away" exits 0 kmemcgctl qos unset '/shop/*'
cat >"$file" <<'END'
[module]
node_gap = "50%"
[[policy]]
name = "web"
match = "/shop/web"
class = "burstable"
request = "50%"
[[policy]]
name = "db"
match = "/shop/d*"
class = "guaranteed"
request = "memory.low"
[[policy]]
name = "job"
match = "/shop/job"
opt_out = true
[[policy]]
name = "shop"
match = "/shop"
watermark = { ratio = 80 }
END
kmemcgctl qos set /shop/job --class 3 >/dev/null
check "a policy file is applied" says 'class burstable, request 50 %' kmemcgctl policy apply
check "as it says" as_the_file_says
check "and nothing is left to do" nothing_to_do
check "what is exported says the same" exported_is_the_same
kmemcgctl controller --interval 5s --cleanup 2>/tmp/controller.log &
controller_pid=$!
kmemcgctl qos unset /shop/web >/dev/null
check "the daemon gives back what was taken away" wait_until 40 qos_is /shop/web 8 0 50
echo >"$file"
wait_until 20 has_none /shop/web
kmemcgctl qos set /shop/job --class 3 >/dev/null
sleep $((6 * slowness))
check "what no policy is for goes, what was set by hand stays" kept_and_gone
check "it ends when it is told to" stopped
sed 's/^/# /' /tmp/controller.log
rmdir "$memcg_root"/shop/*/ "$memcg_root/shop"
rm -rf /etc/kmemcgd /run/kmemcgd
tidy_up
finish
