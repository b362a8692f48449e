#!/bin/bash
# shellcheck disable=SC2317 # functions are run by check
# kmemcgctl doctor tells zombies, directories that were left over and limits without
# a watermark by their names, with the module and without it, and not when there is
# nothing of them.
# shellcheck source-path=SCRIPTDIR source=testlib.sh
. testlib.sh
plan 22

doctor() {
	kmemcgctl --json doctor "$@" >/tmp/doctor
}

# found NAME: what doctor said last has it
found() {
	grep -q "\"name\":\"$1\"" /tmp/doctor && return
	note "no finding $1 in $(head -c 2000 /tmp/doctor)"
	return 1
}

not_found() {
	! grep -o "\"name\":\"$1\".\{0,300\}" /tmp/doctor
}

# number_of FINDING NAME
number_of() {
	sed -n "s/.*\"name\":\"$1\"[^}]*\"$2\":\([0-9]*\).*/\1/p" /tmp/doctor
}

# at_least FINDING NAME COUNT
at_least() {
	local number
	number=$(number_of "$1" "$2")
	[ "${number:-0}" -ge "$3" ] && return
	note "$1: $2 is ${number:-none}, and not $3 or more"
	return 1
}

# group_of FINDING PATTERN: one of its groups is that one
group_of() {
	grep -q "\"name\":\"$1\"[^]]*\"pattern\":\"$2\"" /tmp/doctor && return
	note "no group $2 in $(grep -o "\"name\":\"$1\"[^]]*" /tmp/doctor)"
	return 1
}

few_zombies() {
	sync
	echo 3 >/proc/sys/vm/drop_caches
	at_most_left 90
}

# Reads more than the limit of /limited, COUNT times.
hit_limit() {
	for _ in $(seq "$1"); do
		in_cgroup limited cat /scratch/large >/dev/null
	done
}

make_leftovers() {
	local number
	make_parent leak
	for number in $(seq 60); do
		mkdir "$memcg_root/leak/pod$number"
	done
}

nobody_looks() {
	as-nobody kmemcgctl --json doctor >/tmp/doctor
}

says_why_not() {
	grep -q '"not_seen":\[.*CAP_NET_ADMIN' /tmp/doctor
}

check "few zombies before" wait_until 60 few_zombies
check "it looks without the module" doctor --min-age 0s
check "and says that it is not loaded" found module-not-loaded
check "no zombies" not_found zombies
check "no directories left over" not_found leftover-cgroups
check "no limits" not_found limit-without-watermark

# From 7.1 on tmpfs files go to the parent, and hold nobody.
zombies -n 150 -p jobs -k shmem -d /dev/shm/zombies
make_leftovers
mkdir -p "$memcg_root/limited"
uncached_file /scratch/large 32
set_limit limited 8M
hit_limit 1
sleep 2
doctor --min-age 0s
at_most_left 100 && held=0 || held=1
if [ "$held" = 1 ]; then
	check "zombies are counted without the module" at_least zombies zombies 150
	check "and not said to be none" not_found page-cache-moves
else
	skip "zombies are counted without the module" "the kernel moves the pages"
	check "which is said" found page-cache-moves
fi
if [ "$held" = 1 ] && [ "$cgroup_version" = 2 ]; then
	check "and their parent is named" group_of zombies '/jobs/\*'
else
	skip "and their parent is named" "v1 does not tell, or the kernel moves the pages"
fi
check "directories that were left over" at_least leftover-cgroups cgroups 60
check "by their pattern" group_of leftover-cgroups '/leak/podN'
check "a limit that was hit" group_of limit-without-watermark '/limited'
doctor
check "what is new is not left over" not_found leftover-cgroups
doctor --interval 1s
check "nobody hits the limit now" not_found limit-without-watermark
(sleep 1 && hit_limit 20) &
doctor --interval $((4 * slowness))s
check "somebody does now" group_of limit-without-watermark '/limited'
wait

modprobe kmemcgd settle_ms=0
kmemcgctl watermark set /limited --ratio 80 >/dev/null
[ "$held" = 0 ] || wait_until 30 pinned jobs/ shmem 150
doctor --min-age 0s
check "with the module it is loaded" not_found module-not-loaded
if [ "$held" = 1 ]; then
	check "zombies have a pin" at_least zombies pin_shmem 150
	check "and a path" group_of zombies '/jobs/job-N'
else
	skip "zombies have a pin" "the kernel moves the pages"
	skip "and a path" "the kernel moves the pages"
fi
check "a watermark settles the limit" not_found limit-without-watermark
check "without privileges it looks" nobody_looks
check "and says what it may not see" says_why_not

rmmod kmemcgd
rm -rf /dev/shm/zombies /scratch/large
find "$memcg_root/leak" "$memcg_root/limited" -depth -type d -exec rmdir {} \;
wait_until 60 few_zombies
doctor --min-age 0s
gone() {
	not_found zombies && not_found leftover-cgroups && not_found limit-without-watermark
}
check "all of it is gone" gone
tidy_up
finish
