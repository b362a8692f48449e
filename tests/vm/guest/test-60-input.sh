#!/bin/bash
# shellcheck disable=SC2317 # functions are run by check
# Bad input is refused with its own exit code, and changes nothing.
# shellcheck source-path=SCRIPTDIR source=testlib.sh
. testlib.sh
plan 31

unchanged() {
	[ "$(kmemcgctl config show --json)" = "$config_before" ]
}

# refused STATUS TEXT ARGUMENT...: kmemcgctl watermark exits so and says that
refused() {
	local want=$1 text=$2
	shift 2
	exits "$want" kmemcgctl watermark "$@" && grep -q -- "$text" /tmp/out && return
	note "not said: $text; but: $(cat /tmp/out)"
	return 1
}

no_policies() {
	[[ $(kmemcgctl watermark default --json) == *'"policy":null'* ]] &&
		refused 1 "no policy matches" unset '/*'
}

# Held by its file on a tmpfs; from 7.1 on that goes to the parent, and nothing
# holds it.
make_zombie() {
	in_cgroup zombie dd if=/dev/zero of=/dev/shm/held bs=64k count=1
	zombie_id=$(stat -c %i "$memcg_root/zombie")
	rmdir "$memcg_root/zombie"
	sleep 2
}

# The marks of /app are those of a ratio of 80 %.
at_ratio() {
	local base high low
	base=$(watch_of /app base_bytes) high=$(watch_of /app high_bytes) low=$(watch_of /app low_bytes)
	[ $((high * 100)) -le $((base * 80)) ] && [ $((high * 100)) -gt $((base * 79)) ] &&
		[ $((high - low)) -le $((base / 200)) ]
}

at_headroom() {
	local base high low
	base=$(watch_of /app base_bytes) high=$(watch_of /app high_bytes) low=$(watch_of /app low_bytes)
	[ $((base - high)) -eq $((8 << 20)) ] && [ $((base - low)) -eq $((16 << 20)) ]
}

# has_swappiness VALUE ARGUMENT: that is what it has when ARGUMENT was set
has_swappiness() {
	exits 0 kmemcgctl watermark set /app --swappiness "$2" --json &&
		grep -q "\"swappiness\":$1[,}]" /tmp/out
}

swappiness_and_back() {
	has_swappiness 10 10 && has_swappiness null own
}

check "without the module: 3" exits 3 kmemcgctl status
check "watermarks likewise" refused 3 "not loaded" set /app --ratio 95
modprobe kmemcgd
config_before=$(kmemcgctl config show --json)
check "status: 0" exits 0 kmemcgctl status
check "an unknown command: 2" exits 2 kmemcgctl zombify
check "an unknown tunable: 2" exits 2 kmemcgctl config set cpu_cup=5
check "a value out of range: 1" exits 1 kmemcgctl config set cpu_cap_permille=1001
check "one bad value of two changes nothing" exits 1 kmemcgctl config set burst_us=20000 cpu_cap_permille=0
check "a cgroup id that nobody has: 1" exits 1 kmemcgctl memcg show 123456789
check "without privileges: 4" exits 4 as-nobody kmemcgctl config set cpu_cap_permille=60
check "the configuration is as it was" unchanged

[ "$cgroup_version" = 1 ] || echo +memory >"$memcg_root/cgroup.subtree_control"
mkdir -p "$memcg_root/app/part"
set_limit app 64M
make_zombie
check "watermarks of no cgroup: 1" refused 1 "there is no cgroup /nowhere" set /nowhere --ratio 95
check "of what is none: 1" refused 1 "is not a cgroup" set /app/cgroup.procs --ratio 95
check "of an id that nobody has: 1" refused 1 "no memory cgroup has this id" set 123456789 --ratio 95
check "of the id 0: 1" refused 1 "no memory cgroup has this id" set 0 --ratio 95
if kmemcgctl memcg show "$zombie_id" >/dev/null 2>&1; then
	check "of a zombie: 1" refused 1 "was removed" set "$zombie_id" --ratio 95
else
	skip "of a zombie: 1" "the kernel moves the pages, so that it is gone"
fi
check "of the root: 1" refused 1 "set the default instead" set / --ratio 95
check "of a glob that matches nothing: 1" refused 1 "no cgroup matches" set '/nowhere*' --ratio 95
if [ "$cgroup_version" = 1 ]; then
	skip "where the controller is off: 1" "v1 has it everywhere"
else
	check "where the controller is off: 1" refused 1 "controller is off" set /app/part --ratio 95
fi
check "a ratio out of range: 1" refused 1 "must be 0 to 100" set /app --ratio 101
check "headrooms that don't go together: 1" refused 1 "must be above high_headroom" \
	set /app --high-headroom 8M --low-headroom 8M
check "nothing that says where the mark is: 1" refused 1 "neither it nor high_headroom" \
	set /app --scale-factor 100
check "what is not a number: 2" refused 2 "--ratio" set /app --ratio much
check "nothing at all: 2" refused 2 "nothing is set" set /app
check "without privileges: 4" exits 4 as-nobody kmemcgctl watermark set /app --ratio 95
check "nothing was set by all that" no_policies
check "one of two: 6" refused 6 "there is no cgroup /nowhere" set /app /nowhere --ratio 80
check "which counts" wait_until 10 at_ratio

kmemcgctl watermark set /app --high-headroom 8M --low-headroom 16M >/dev/null
check "headrooms go before it" wait_until 10 at_headroom
kmemcgctl watermark set /app --high-headroom 0 --low-headroom 0 >/dev/null
check "and 0 takes them back" wait_until 10 at_ratio
if kmemcgctl features --json | grep -q '"name":"swappiness","present":true'; then
	check "a swappiness, and the cgroup's own" swappiness_and_back
else
	check "a swappiness that the kernel takes none of: 5" refused 5 "can't be given one" \
		set /app --swappiness 10
fi
check "the cgroup's own is to be had everywhere" has_swappiness null own
rm -f /dev/shm/held
rmdir "$memcg_root/app/part" "$memcg_root/app"
tidy_up
finish
