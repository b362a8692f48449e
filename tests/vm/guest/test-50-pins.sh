#!/bin/bash
# shellcheck disable=SC2317 # functions are run by check
# What can't be let go of is named and left in peace, and goes once it can be;
# what a live cgroup has of the same file stays.
# shellcheck source-path=SCRIPTDIR source=testlib.sh
. testlib.sh
plan 16

# All but one for each CPU's charge stock, and one for a block of the journal.
they_go() {
	reap
	[ "$(left_below pins/)" -le 3 ]
}

# Keeps files dirty: the kernel writes those of small cgroups back at once.
rewrite() {
	while :; do
		for file in "$@"; do
			dd if=/dev/zero of="$file" bs=4k count=1 conv=notrunc 2>/dev/null
		done
	done
}

# journal_holds COUNT: zombies, once they were visited
journal_holds() {
	wait_until $((20 * slowness)) pinned pins/ journal "$1" || {
		kmemcgctl zombies list | head -n 20 | sed 's/^/# /'
		return 1
	}
}

# pages_go PATH: a zombie has gone, or has at most two pages of a journal's blocks
pages_go() {
	reap
	kmemcgctl zombies list | awk -v path="$1" '$NF == path { print "# " $0; bytes = $6 }
		END { exit bytes > 8192 }'
}

# Whoever reads a block of inodes first is charged for it, and for those that are
# read ahead: none may be known yet, and each is read alone.
umount /scratch || exit
mount -t ext4 -o inode_readahead_blks=0 /dev/vda /scratch || exit
modprobe kmemcgd settle_ms=0
zombies -n 10 -p pins -k shmem -d /dev/shm/zombies
watch_pages_move pins/
check_pages "files on a tmpfs: shmem" wait_until 30 pinned pins/ shmem 10

make_parent pins/parent
in_cgroup pins/parent/child dd if=/dev/zero of=/dev/shm/zombies/child bs=4k count=4
rmdir "$memcg_root/pins/parent/child" "$memcg_root/pins/parent"
check_pages "a zombie child: other" wait_until 30 pinned pins/ other 1

before_ns=$(threads_cpu_ns)
visits=$(stat_of visits)
sleep 10
spent_us=$((($(threads_cpu_ns) - before_ns) / 1000))
visits=$(($(stat_of visits) - visits))
note "in 10 s: $visits visits, $spent_us us of CPU"
check_pages "nobody may take them: they stay" pinned pins/ shmem 11
# With a backoff of 5 s and more, two visits each fit in; there may be others.
check "and cost next to nothing meanwhile" [ "$visits" -le $((3 * $(zombies_left))) ]
rm -rf /dev/shm/zombies
check "without the files they go" wait_until 60 they_go

zombies -n 10 -p pins -d /scratch/pins
rewrite /scratch/pins/*/* &
writer_pid=$!
check_pages "files that are written again and again: dirty" wait_until 40 pinned pins/ dirty 1
kill "$writer_pid"
wait "$writer_pid" 2>/dev/null
sync
tick_start
check "written back they go" wait_until 60 they_go

echo 0 >"$parameters/enabled"
zombies -n 200 -p pins -d /scratch/journal
sync
echo 1 >"$parameters/enabled"
check_pages "blocks that the journal has written: journal" journal_holds 5
# Each CPU holds the 16 buffers that it looked up last as well.
for cpu in $(seq 0 $(($(nproc) - 1))); do
	mkdir "/scratch/others-$cpu"
	# shellcheck disable=SC2016 # expanded by the inner shell
	taskset -c "$cpu" bash -c 'for i in {1..640}; do : >"$0/$i"; done' "/scratch/others-$cpu"
done
check "when others are in use they go" wait_until 60 they_go
rm -rf /scratch/journal /scratch/others-*

# Who freezes a filesystem is to be able to thaw it, whatever the thread is at.
zombies -n 20 -p pins -k sync -d /scratch/frozen
fsfreeze --freeze /scratch
reap
check "a frozen filesystem can be thawed" timeout $((20 * slowness)) fsfreeze --unfreeze /scratch
check "then its zombies go" wait_until 60 they_go

in_cgroup pins/program cp /bin/busybox /scratch/busybox
sync
/scratch/busybox sleep 1000 &
program_pid=$!
sleep 1
rmdir "$memcg_root/pins/program"
check_pages "the text of a running program: file" wait_until 14 pinned pins/ file 1
kill "$program_pid"
wait "$program_pid" 2>/dev/null
check "when it has ended its pages go" wait_until 60 pages_go /pins/program
rm -f /scratch/busybox

# The first megabyte is the zombie's, the second one the live cgroup's.
in_cgroup pins/half dd if=/dev/zero of=/scratch/shared bs=1M count=1
sync
in_cgroup live dd if=/dev/zero of=/scratch/shared bs=1M count=1 seek=1 conv=notrunc
sync
before=$(live_bytes)
rmdir "$memcg_root/pins/half"
sleep 5
goes=0
pages_go /pins/half || goes=1
after=$(live_bytes)
note "live cache in the shared file: $before bytes before, $after after"
# The per-CPU counters of 5.10 hide up to 32 pages on each CPU.
check "a live cgroup had most of its half of a file" [ "$before" -ge 786432 ]
check "and has 99.5 % of it when the other half was reaped" [ "$after" -ge $((before * 995 / 1000)) ]
check "whose pages went" [ "$goes" = 0 ]
rm -rf /scratch/shared /scratch/pins
rmdir "$memcg_root/pins"
tidy_up
finish
