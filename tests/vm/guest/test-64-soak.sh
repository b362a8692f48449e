#!/bin/bash
# shellcheck disable=SC2317 # functions are run by check
# The daemon with COUNT cgroups (1,000), which come and go for SOAK_SECONDS (20): it
# needs less than 16 MiB, does not grow, and none is forgotten.
# shellcheck source-path=SCRIPTDIR source=testlib.sh
. testlib.sh
plan 6
count=${COUNT:-$((slowness > 1 ? 200 : 1000))}
seconds=${SOAK_SECONDS:-20}
soak=$memcg_root/soak
port=9752
oldest=0 next=$count

make_one() {
	mkdir "$soak/$1" && set_limit "soak/$1" 64M
}

all_have() {
	[ "$(kmemcgctl watermark show --format plain | grep -c '/soak/')" = "$count" ] &&
		[ "$(kmemcgctl qos show --format plain | grep -c '/soak/')" = "$count" ]
}

# status_kb FIELD: of the daemon
status_kb() {
	awk -v name="$1:" '$1 == name { print $2 }' "/proc/$controller_pid/status"
}

open_files() {
	find "/proc/$controller_pid/fd" -mindepth 1 | wc -l
}

# Sets least_kb: what it needs comes and goes by 1.3 MB, with the work and the scrapes
# that meet. What is lost for good is missing from the least as well.
churn() {
	local end=$(($(now_ms) + seconds * 1000)) first=$oldest now_kb
	least_kb=$(status_kb VmRSS)
	while [ "$(now_ms)" -lt "$end" ]; do
		for _ in $(seq 20); do
			rmdir "$soak/$oldest" && make_one "$next" || return 1
			oldest=$((oldest + 1)) next=$((next + 1))
		done
		now_kb=$(status_kb VmRSS)
		[ "$now_kb" -ge "$least_kb" ] || least_kb=$now_kb
		scrape "$port" && [ "$(wc -l </tmp/answer)" -gt 20 ] || return 1
		sleep 0.2
	done
	note "$((oldest - first)) of them were replaced"
	[ $((oldest - first)) -ge 100 ]
}

below_16_mib() {
	note "$(status_kb VmRSS) kB, at most $(status_kb VmHWM) kB"
	[ "$(status_kb VmHWM)" -lt 16384 ]
}

did_not_grow() {
	note "at least $before kB and $files files before, $least_kb kB and $(open_files) files after"
	[ $((least_kb - before)) -le 512 ] && [ "$(open_files)" -le $((files + 2)) ]
}

ends() {
	kill -TERM "$controller_pid" && wait "$controller_pid"
}

mkdir -p /etc/kmemcgd
printf '[metrics]\nlisten = "127.0.0.1:%s"\n[[policy]]\nname = "soak"\nmatch = "/soak/*"\nclass = "besteffort"\nwatermark = { ratio = 90 }\n' \
	$port >/etc/kmemcgd/policy.toml
make_parent soak
for i in $(seq 0 $((count - 1))); do
	make_one "$i"
done
modprobe kmemcgd
kmemcgctl controller --interval 5s 2>/tmp/controller.log &
controller_pid=$!
check "all have a watermark and a class" wait_until 60 all_have
seconds=5 churn >/dev/null # its first needs less
seconds=5 churn >/dev/null
before=$least_kb files=$(open_files)
check "they come and go" churn
check "and all that there are have theirs" wait_until 60 all_have
check "the daemon did not grow" did_not_grow
check "and needs less than 16 MiB" below_16_mib
check "ends when it is told to" ends
find "$soak" -depth -type d -exec rmdir {} \;
rm -rf /etc/kmemcgd /run/kmemcgd
tidy_up
finish
