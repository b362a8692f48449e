#!/bin/bash
# shellcheck disable=SC2317 # functions are run by check
# "kmemcgctl top" tells what cgroupfs and the module tell, with the module and without.
# shellcheck source-path=SCRIPTDIR source=testlib.sh
. testlib.sh
plan 16

# told PATH FIELD [LINE]: of a cgroup in the last refresh, or in that one
told() {
	sed -n "${3:-\$}s|.*{\"id\":[0-9]*,\"path\":\"$1\",\([^}]*\)}.*|\1|p" /tmp/top |
		tr , '\n' | sed -n "s/^\"$2\":\"\{0,1\}\([^\"]*\)\"\{0,1\}$/\1/p"
}

# said FIELD: outside of the cgroups
said() {
	sed -n "\$s/\"memcgs\".*//; \$s/.*\"$1\":\"\{0,1\}\([^\",}]*\).*/\1/p" /tmp/top
}

# within LEAST VALUE MOST
within() {
	[ -n "$2" ] && [ "$1" -le "$2" ] && [ "$2" -le "$3" ]
}

two_refreshes() {
	kmemcgctl top --batch --count 2 --interval 2s --json >/tmp/top &&
		[ "$(grep -c '^{"schema":1,' /tmp/top)" = 2 ]
}

headroom_adds_up() {
	[ $(($(told /app usage_bytes) + $(told /app headroom_bytes))) = "$(told /app limit_bytes)" ]
}

# Watching goes on before the first refresh and behind the last one.
taken_is_what_was_reclaimed() {
	local taken
	taken=$(($(told /app taken_bytes 1) + $(told /app taken_bytes 2)))
	note "taken $taken of $((reclaimed_after - reclaimed_before)), fills with $(told /app fill_per_s)"
	within 1 "$taken" $((reclaimed_after - reclaimed_before))
}

nobody_sees_less() {
	as-nobody kmemcgctl top --batch --count 2 --interval 1s --json >/tmp/top || return 1
	[ "$(told /app state)" = null ] && [ "$(told /app limit_bytes)" = $((64 << 20)) ] &&
		[ "$(said state)" = loaded ] && grep -q CAP_NET_ADMIN /tmp/top
}

a_pipe_gets_one() {
	kmemcgctl top --filter '/pl*' --interval 500ms | cut -f2 | xargs >/tmp/top &&
		[ "$(cat /tmp/top)" = "path /plain" ]
}

mkdir -p "$memcg_root/app" "$memcg_root/plain"
set_limit app 64M
uncached_file /scratch/big 200
load -c "$memcg_root/plain" -f /scratch/big -r 4 -t $((12 * slowness)) >/dev/null &
load_pid=$!
sleep 1
check "two refreshes without the module" two_refreshes
check "say so" [ "$(said state)" = not-loaded ]
check "the limit is that of cgroupfs" [ "$(told /app limit_bytes)" = $((64 << 20)) ]
check "what has none has no headroom" [ "$(told /plain headroom_bytes)" = null ]
check "what fills has a rate" within 100000 "$(told /plain fill_per_s)" $((64 << 20))
kill "$load_pid"
wait "$load_pid" 2>/dev/null

modprobe kmemcgd
kmemcgctl watermark set /app --ratio 80 --scale-factor 1000 >/dev/null
load -c "$memcg_root/app" -f /scratch/big -t $((30 * slowness)) >/dev/null &
load_pid=$!
wait_until 20 [ "$(watch_of /app reclaimed_bytes)" -ge 0 ]
sleep $((2 * slowness))
reclaimed_before=$(watch_of /app reclaimed_bytes)
check "two refreshes with the module" two_refreshes
reclaimed_after=$(watch_of /app reclaimed_bytes)
check "name its version" [ "$(said version)" = "$(modinfo -F version kmemcgd)" ]
check "and the CPU that it takes" [ "$(said cpu_share)" != null ]
check "usage is within the limit" within 1 "$(told /app usage_bytes)" $((64 << 20))
check "headroom is from the usage to the limit" headroom_adds_up
check "the mark is 80 % of it, or lower" within $((32 << 20)) "$(told /app high_bytes)" $((64 * 80 * (1 << 20) / 100))
check "what was taken is what was reclaimed" taken_is_what_was_reclaimed
check "it fills" within 1 "$(told /app fill_per_s)" $((1 << 40))
if [ "$cgroup_version" = 1 ]; then
	check "v1 has no pressure of a cgroup" [ "$(told /app pressure_some_avg10)" = null ]
elif [ -e "$memcg_root/app/memory.pressure" ]; then
	check "its pressure is a number" grep -qE '^[0-9.]+$' <(told /app pressure_some_avg10)
else
	skip "its pressure is a number" "the kernel has no memory.pressure"
fi
check "without privileges it shows what cgroupfs has" nobody_sees_less
check "a pipe gets one refresh" a_pipe_gets_one
kill "$load_pid"
wait "$load_pid" 2>/dev/null
# What a look costs, for the reader: the times of an emulated guest prove nothing.
make_parent many
for i in $(seq 1000); do
	mkdir "$memcg_root/many/$i"
done
TIMEFORMAT="# three looks at 1,000 cgroups took %U s + %S s of CPU"
{ time kmemcgctl top --batch --count 2 --interval 100ms --limit 1 >/dev/null; } 2>&1
find "$memcg_root/many" "$memcg_root/app" "$memcg_root/plain" -depth -type d -exec rmdir {} \; 2>/dev/null
rm -f /scratch/big
tidy_up
finish
