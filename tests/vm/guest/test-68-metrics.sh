#!/bin/bash
# shellcheck disable=SC2317 # functions are run by check
# The daemon's metrics, by HTTP and as a file, say what the module and the kernel say.
# shellcheck source-path=SCRIPTDIR source=testlib.sh
. testlib.sh
plan 20
file=/etc/kmemcgd/policy.toml
textfile=/tmp/metrics/kmemcgd.prom
page_size=$(getconf PAGESIZE 2>/dev/null || echo 4096)

# write_policy PORT: and the settings that follow
write_policy() {
	{
		printf '[metrics]\nlisten = "127.0.0.1:%s"\ntextfile = "%s"\ninterval = "1s"\n' "$1" "$textfile"
		printf '[[policy]]\nname = "shop"\nmatch = "/shop/*"\nwatermark = { ratio = 80 }\n'
	} >"$file.new"
	mv "$file.new" "$file"
}

no_answer() {
	! scrape "$1"
}

# scraped SERIES VALUE: of a new scrape
scraped() {
	scrape && [ "$(value "$1")" = "$2" ]
}

# more_than SERIES VALUE: of a new scrape
more_than() {
	scrape && [ "$(value "$1")" -gt "$2" ]
}

host_is_there() {
	[ "$(value 'kmemcgd_direct_reclaim_events_total')" = \
		"$(awk '/^allocstall/ { n += $2 } END { print n + 0 }' /proc/vmstat)" ] &&
		[ "$(grep -c '^kmemcgd_buddy_free_blocks{' /tmp/scraped)" = \
			"$(awk '{ n += NF - 4 } END { print n }' /proc/buddyinfo)" ]
}

same_number() {
	awk -v a="$1" -v b="$2" 'BEGIN { exit !(a != "" && a - b < 1e-6 && b - a < 1e-6) }' && return
	note "$1 is not $2"
	return 1
}

# Nothing runs meanwhile: zombies are switched off, and there are no watermarks.
same_as_stats() {
	scrape && same_number "$(value kmemcgd_zombies_freed_total "$1")" "$(stat_of freed)" &&
		same_number "$(value kmemcgd_zombies_seen_total "$1")" "$(stat_of seen)" &&
		same_number "$(value kmemcgd_passes_total "$1")" "$(stat_of passes)" &&
		same_number "$(value 'kmemcgd_reclaimed_bytes_total{reason="zombie"}' "$1")" \
			$(($(stat_of zombie_pages) * page_size)) &&
		same_number "$(value 'kmemcgd_reclaimed_bytes_total{reason="watermark"}' "$1")" 0 &&
		same_number "$(value kmemcgd_cpu_seconds_total "$1")" \
			"$(stat_of cpu_ns | awk '{ printf "%.9f", $1 / 1e9 }')" &&
		same_number "$(value kmemcgd_slice_duration_seconds_count "$1")" "$(stat_of slices)" &&
		same_number "$(value 'kmemcgd_slice_duration_seconds_bucket{le="+Inf"}' "$1")" \
			"$(stat_of slices)"
}

cumulative() {
	awk '/^kmemcgd_slice_duration_seconds_bucket/ { n++; if ($NF < last) exit 1; last = $NF }
		END { if (n != 23) exit 1 }' /tmp/scraped
}

once() {
	kmemcgctl metrics >/tmp/once
}

nobody_is_told_the_rest() {
	as-nobody kmemcgctl metrics >/tmp/nobody 2>/tmp/nobody.err &&
		[ "$(value kmemcgd_up /tmp/nobody)" = 1 ] &&
		[ "$(value 'kmemcgd_source_up{source="watermarks"}' /tmp/nobody)" = 0 ] &&
		grep -q CAP_NET_ADMIN /tmp/nobody.err
}

# says STATUS TEXT COMMAND...: it exits so, and says that
says() {
	local status=$1 text=$2
	shift 2
	exits "$status" "$@" && grep -q -- "$text" /tmp/out && return
	sed 's/^/# /' /tmp/out
	return 1
}

triggers='kmemcgd_watermark_triggers_total{policy="shop"}'

small() {
	local rss_kb
	rss_kb=$(awk '$1 == "VmRSS:" { print $2 }' "/proc/$controller_pid/status")
	note "the daemon has $rss_kb kB, $(find "/proc/$controller_pid/task" -mindepth 1 -maxdepth 1 | wc -l) threads"
	[ "$rss_kb" -lt 16384 ]
}

has_policy() {
	[ "$(watch_of /shop/web source)" = own ]
}

# stopped: with status 0, and nothing is left that would get old
stopped() {
	kill -TERM "$controller_pid"
	wait "$controller_pid" && [ ! -e "$textfile" ]
}

mkdir -p /etc/kmemcgd /tmp/metrics
write_policy 9752
kmemcgctl controller --interval 5s --cleanup 2>/tmp/controller.log &
controller_pid=$!
check "it serves metrics without the module" wait_until 20 scraped kmemcgd_up 0
check "those of the host are there" host_is_there
modprobe kmemcgd
check "the module is seen when it is there" wait_until 20 scraped kmemcgd_up 1
zombies -n 100 -k sync
reap
kmemcgctl config set enabled=off >/dev/null
sleep 2
check "zombies were freed" more_than kmemcgd_zombies_freed_total 0
check "what is scraped is what stats says" same_as_stats /tmp/scraped
check "the histogram is cumulative" cumulative
check "so is the file, a second later" same_as_stats "$textfile"
check "it is printed once without the daemon" once
check "and is the same" same_as_stats /tmp/once
check "who may not see cgroups sees the rest" nobody_is_told_the_rest

make_parent shop
mkdir "$memcg_root/shop/web"
set_limit shop/web 32M
uncached_file /scratch/big 100
check "a policy has a total before it has done anything" wait_until 20 scraped "$triggers" 0
wait_until 40 has_policy
in_cgroup shop/web cat /scratch/big >/dev/null
check "and counts the triggers of its watermarks" wait_until 20 more_than "$triggers" 0
note "$(value "$triggers") times"
before=$(value "$triggers")
rmdir "$memcg_root/shop/web"
check "which stay when the cgroup goes" more_than "$triggers" $((before - 1))
check "a port in use is named" says 1 "127.0.0.1:9752.*in use" \
	kmemcgctl controller --metrics-textfile /tmp/metrics/other.prom
check "an address that is none is refused" says 2 '"nowhere"' \
	kmemcgctl controller --metrics-listen nowhere
check "a file that can't be written is named" says 1 "/none/k.prom" \
	kmemcgctl controller --metrics-listen 127.0.0.1:9799 --metrics-textfile /none/k.prom
write_policy 9753
check "a change of the file moves it" wait_until 20 scrape 9753
check "away from where it was" no_answer 9752
check "the daemon is small" small
check "the file goes with the daemon" stopped
sed 's/^/# /' /tmp/controller.log
rmdir "$memcg_root/shop"
rm -rf /etc/kmemcgd /run/kmemcgd /tmp/metrics /scratch/big
tidy_up
finish
