#!/bin/bash
# shellcheck disable=SC2317 # functions are run by check
# Memory of zombies is swapped out only if that is wanted, and then lets go of
# them. What was swapped out while a cgroup lived holds it, and is named.
# shellcheck source-path=SCRIPTDIR source=testlib.sh
. testlib.sh
plan 9
files=/dev/shm/swap

# Not by the kernel's count of pages: newer ones don't write a page of zeroes.
swapped_kb() {
	awk 'NR == 2 { print $4 }' /proc/swaps
}

swapped_at_least() {
	reap
	[ "$(swapped_kb)" -ge "$1" ]
}

# swapped_early NAME: a cgroup, removed when most of its memory was in swap
swapped_early() {
	in_cgroup "swap/$1" dd if=/dev/zero of="$files/$1" bs=1M count=2
	set_limit "swap/$1" 512K
	rmdir "$memcg_root/swap/$1"
}

# In the third visit the kernel's reclaim has its turn.
stays_in_memory() {
	reap && reap && reap && pinned swap/ shmem 10 && [ "$(swapped_kb)" = "$before" ]
}

# at_most_below PREFIX COUNT
at_most_below() {
	reap
	[ "$(left_below "$1")" -le "$2" ]
}

# 5.10 leaves some a few pages in memory, and these are named first.
swap_is_named() {
	kmemcgctl zombies list | awk '$NF ~ "^/swap/(deleted|kept)" && $7 == 0 {
			n++; others += $2 != "swap" }
		END { exit !n || others }'
}

none_in_swap() {
	reap
	! pinned swap/ swap 1
}

make_swap /scratch/swap 64
check "there is a swap file" swapon /scratch/swap
modprobe kmemcgd settle_ms=0
zombies -n 10 -s 1048576 -p swap -k shmem -d "$files"
watch_pages_move swap/
for i in 1 2 3 4; do
	swapped_early "deleted-$i"
	swapped_early "kept-$i"
done
# The 8 others have pages in memory too, unless a debug kernel, whose own take more of
# the limit, has swapped out all.
check_pages "memory on a tmpfs: shmem" wait_until 30 pinned swap/ shmem 10
before=$(swapped_kb)
check_pages "it stays in memory" stays_in_memory

kmemcgctl config set swap=on >/dev/null
check_pages "with swap=on three quarters of it go" wait_until 30 swapped_at_least $((before + 7680))
note "swapped out: $before kB before, $(swapped_kb) kB after"
case $(uname -r) in
5.10.*) skip "and the zombies" "5.10 does not see the last pages of some" ;;
# All but one for each CPU's charge stock.
*) check_pages "and the zombies" wait_until 30 at_most_below swap/job 3 ;;
esac
kmemcgctl zombies list | sed 's/^/# /'
check "what was in swap before the end: swap" wait_until 30 swap_is_named
rm "$files"/deleted-*
# Before 6.14 each CPU keeps 64 pages in swap that it may use again.
check "without the files it lets go" wait_until 20 at_most_below swap/deleted 2
swapoff /scratch/swap
check "and so it does without swap" wait_until 20 none_in_swap
rm -rf "$files" /scratch/swap
check "nothing is left" wait_until 20 at_most_below swap/ 3
rmdir "$memcg_root/swap"
tidy_up
finish
