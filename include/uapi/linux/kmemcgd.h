/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * kmemcgd - the generic netlink protocol of the memory cgroup reclaim daemon
 *
 * kmemcgd.yaml beside this header says the same in the form of the kernel's
 * netlink specifications; a test holds both and the running module together.
 *
 * Conventions
 * -----------
 * - Requests are checked strictly: an attribute that a command does not take,
 *   a wrong length or a value out of range is refused with -EINVAL or -ERANGE,
 *   an extended ack that says which attribute it was, and nothing is changed.
 * - A request whose generic netlink header carries a version other than
 *   KMEMCGD_GENL_VERSION is refused with -EPROTONOSUPPORT; the extended ack
 *   names both versions.
 * - Memcgs are named by their cgroup id: the inode number of the directory in
 *   cgroupfs. A zombie keeps its id and its path after the directory is gone.
 * - Times are nanoseconds or milliseconds and say so in their name; sizes are
 *   bytes; shares of a CPU are permille (50 = 5.0 %).
 * - Commands marked [admin] need CAP_NET_ADMIN in the initial user namespace.
 *
 * Commands
 * --------
 * One without a line for its request takes no attributes. Errors, events, and
 * what watermarks and classes mean, are in docs/protocol.md.
 *
 * KMEMCGD_CMD_GET_INFO
 *	reply:   KMEMCGD_A_INFO_*; one nest for each capability
 *
 * KMEMCGD_CMD_GET_CONFIG
 *	reply:   every KMEMCGD_A_CONFIG_*
 *
 * KMEMCGD_CMD_SET_CONFIG [admin]
 *	request: any KMEMCGD_A_CONFIG_*; all are applied, or none if one is bad
 *	reply:   every KMEMCGD_A_CONFIG_*, as they are now
 *
 * KMEMCGD_CMD_GET_MEMCG [admin]
 *	request: KMEMCGD_A_MEMCG_ID
 *	reply:   KMEMCGD_A_MEMCG_* of that one
 *	dump:    optional filters: KMEMCGD_A_MEMCG_STATE, _PIN, _MIN_AGE_MS,
 *	         _MIN_BYTES; a memcg is shown when it passes all of them
 *
 * KMEMCGD_CMD_GET_STATS
 *	reply:   every KMEMCGD_A_STATS_*
 *
 * KMEMCGD_CMD_RESET_STATS [admin]
 *	reply:   every KMEMCGD_A_STATS_*, as they were before the reset
 *
 * KMEMCGD_CMD_REAP [admin]
 *	request: KMEMCGD_A_REAP_ID for one zombie, none for all; _CAPPED
 *	reply:   KMEMCGD_A_REAP_PASS: the pass that will have visited them
 *
 * KMEMCGD_CMD_SET_WATERMARK [admin]
 *	request: KMEMCGD_A_WMARK_ID, or none for the host's default, and values;
 *	         what is not given stays as it was, or gets its default
 *	reply:   the policy as it is now
 *
 * KMEMCGD_CMD_GET_WATERMARK [admin]
 *	request: KMEMCGD_A_WMARK_ID, or none for the host's default
 *	reply:   the policy that was set for it
 *	dump:    every policy, the host's default first
 *
 * KMEMCGD_CMD_DEL_WATERMARK [admin]
 *	likewise; the policy that was deleted
 *
 * KMEMCGD_CMD_GET_WATCH [admin]
 *	request: KMEMCGD_A_WATCH_ID
 *	reply:   KMEMCGD_A_WATCH_* of that memcg
 *	dump:    every memcg that a policy applies to
 *
 * KMEMCGD_CMD_SET_QOS [admin]
 *	request: KMEMCGD_A_QOS_ID and one value or more; the rest stays as it
 *	         was, or is 0, but the class has to be given first
 *	reply:   every KMEMCGD_A_QOS_*, as it is now
 *
 * KMEMCGD_CMD_GET_QOS [admin]
 *	request: KMEMCGD_A_QOS_ID
 *	reply:   every KMEMCGD_A_QOS_*
 *	dump:    every memcg with a class
 *
 * KMEMCGD_CMD_DEL_QOS [admin]
 *	likewise; as it was
 *
 * KMEMCGD_CMD_GET_PRESSURE
 *	reply:   every KMEMCGD_A_PRESSURE_*; one nest for each class
 */
#ifndef _UAPI_LINUX_KMEMCGD_H
#define _UAPI_LINUX_KMEMCGD_H

#define KMEMCGD_GENL_NAME	"kmemcgd"
#define KMEMCGD_GENL_VERSION	1
#define KMEMCGD_MCGRP_EVENTS	"events"
#define KMEMCGD_MCGRP_WATERMARKS	"watermarks"

/* A swappiness to set that takes back what was set: the memcg's own counts. */
#define KMEMCGD_WMARK_SWAPPINESS_OWN	4294967295

/* Classes; any other up to the highest may be used. The lowest gives first. */
#define KMEMCGD_CLASS_BESTEFFORT	4
#define KMEMCGD_CLASS_BURSTABLE		8
#define KMEMCGD_CLASS_GUARANTEED	12
#define KMEMCGD_CLASS_MAX		15

/* Histograms have this many buckets; bucket n counts [2^n, 2^(n+1)) ns. */
#define KMEMCGD_HIST_BUCKETS	32

enum kmemcgd_cmd {
	KMEMCGD_CMD_GET_INFO = 1,
	KMEMCGD_CMD_GET_CONFIG,
	KMEMCGD_CMD_SET_CONFIG,
	KMEMCGD_CMD_GET_MEMCG,
	KMEMCGD_CMD_GET_STATS,
	KMEMCGD_CMD_RESET_STATS,
	KMEMCGD_CMD_REAP,
	KMEMCGD_CMD_PASS_BEGIN_NTF,
	KMEMCGD_CMD_PASS_END_NTF,
	KMEMCGD_CMD_FREED_NTF,
	KMEMCGD_CMD_CONFIG_NTF,
	KMEMCGD_CMD_SET_WATERMARK,
	KMEMCGD_CMD_GET_WATERMARK,
	KMEMCGD_CMD_DEL_WATERMARK,
	KMEMCGD_CMD_GET_WATCH,
	KMEMCGD_CMD_RECLAIM_BEGIN_NTF,
	KMEMCGD_CMD_RECLAIM_END_NTF,
	KMEMCGD_CMD_NOT_CONVERGED_NTF,
	KMEMCGD_CMD_SET_QOS,
	KMEMCGD_CMD_GET_QOS,
	KMEMCGD_CMD_DEL_QOS,
	KMEMCGD_CMD_GET_PRESSURE,
	KMEMCGD_CMD_PRESSURE_NTF,

	/* private: */
	__KMEMCGD_CMD_MAX,
	KMEMCGD_CMD_MAX = (__KMEMCGD_CMD_MAX - 1)
};

/**
 * enum kmemcgd_memcg_state - what a memcg is
 * @KMEMCGD_STATE_LIVE: it is online
 * @KMEMCGD_STATE_ZOMBIE: it is offline, its struct is still there
 */
enum kmemcgd_memcg_state {
	KMEMCGD_STATE_LIVE,
	KMEMCGD_STATE_ZOMBIE,
};

/**
 * enum kmemcgd_pin - what keeps a zombie alive, as far as its last visit told
 * @KMEMCGD_PIN_NONE: unknown: not visited yet, or being freed
 * @KMEMCGD_PIN_FILE: page cache that somebody uses (mapped, locked, open)
 * @KMEMCGD_PIN_DIRTY: page cache that waits for writeback
 * @KMEMCGD_PIN_SHMEM: shmem and other pages that only swap could take
 * @KMEMCGD_PIN_SWAP: swap records
 * @KMEMCGD_PIN_INODE: inodes that hold it through cgroup writeback
 * @KMEMCGD_PIN_JOURNAL: a filesystem's metadata buffers, held by its journal
 * @KMEMCGD_PIN_SLAB: kernel memory that is charged to it
 * @KMEMCGD_PIN_OTHER: child memcgs, open files of its directory, sockets, ...
 */
enum kmemcgd_pin {
	KMEMCGD_PIN_NONE,
	KMEMCGD_PIN_FILE,
	KMEMCGD_PIN_DIRTY,
	KMEMCGD_PIN_SHMEM,
	KMEMCGD_PIN_SWAP,
	KMEMCGD_PIN_INODE,
	KMEMCGD_PIN_JOURNAL,
	KMEMCGD_PIN_SLAB,
	KMEMCGD_PIN_OTHER,

	/* private: */
	__KMEMCGD_PIN_MAX,
	KMEMCGD_PIN_MAX = (__KMEMCGD_PIN_MAX - 1)
};

/**
 * enum kmemcgd_reason - why a pass was started
 * @KMEMCGD_REASON_RMDIR: cgroups were removed
 * @KMEMCGD_REASON_RETRY: the backoff of some zombies has run out
 * @KMEMCGD_REASON_SCAN: the slow scan (no tracepoints), or the first look
 * @KMEMCGD_REASON_REAP: somebody asked for it
 */
enum kmemcgd_reason {
	KMEMCGD_REASON_RMDIR,
	KMEMCGD_REASON_RETRY,
	KMEMCGD_REASON_SCAN,
	KMEMCGD_REASON_REAP,
};

/**
 * enum kmemcgd_watch_state - what is done about a memcg with a policy
 * @KMEMCGD_WATCH_NO_LIMIT: nothing: it has no limit
 * @KMEMCGD_WATCH_BELOW: it is below its high mark, and is looked at in time
 * @KMEMCGD_WATCH_RECLAIMING: it is on its way from the high mark to the low one
 * @KMEMCGD_WATCH_STUCK: backed off: nothing of it can be reclaimed
 * @KMEMCGD_WATCH_THRASHING: backed off: what is taken is read again
 */
enum kmemcgd_watch_state {
	KMEMCGD_WATCH_NO_LIMIT,
	KMEMCGD_WATCH_BELOW,
	KMEMCGD_WATCH_RECLAIMING,
	KMEMCGD_WATCH_STUCK,
	KMEMCGD_WATCH_THRASHING,
};

/**
 * enum kmemcgd_qos_state - what may be taken from a memcg with a class
 * @KMEMCGD_QOS_WITHIN: nothing: it uses no more than is protected
 * @KMEMCGD_QOS_OVER: what it uses beyond that
 * @KMEMCGD_QOS_BELOW: nothing: something below it has a class of its own
 * @KMEMCGD_QOS_STUCK: nothing for now: it is over, but gave nothing
 */
enum kmemcgd_qos_state {
	KMEMCGD_QOS_WITHIN,
	KMEMCGD_QOS_OVER,
	KMEMCGD_QOS_BELOW,
	KMEMCGD_QOS_STUCK,
};

/**
 * enum kmemcgd_pressure_state - whether free memory is short, and what is done
 * @KMEMCGD_PRESSURE_OFF: no threshold is set
 * @KMEMCGD_PRESSURE_CALM: every node has more than the threshold
 * @KMEMCGD_PRESSURE_RECLAIMING: one has less, and memory is taken
 * @KMEMCGD_PRESSURE_NOTHING: one has less, and nobody has any to give
 */
enum kmemcgd_pressure_state {
	KMEMCGD_PRESSURE_OFF,
	KMEMCGD_PRESSURE_CALM,
	KMEMCGD_PRESSURE_RECLAIMING,
	KMEMCGD_PRESSURE_NOTHING,
};

/* One capability of the module on this kernel. */
enum kmemcgd_a_cap {
	KMEMCGD_A_CAP_NAME = 1,		/* string */
	KMEMCGD_A_CAP_PRESENT,		/* u8, 0 or 1 */
	KMEMCGD_A_CAP_REQUIRED,		/* u8: the module can't load without */
	KMEMCGD_A_CAP_PURPOSE,		/* string: what it is for */
	KMEMCGD_A_CAP_REASON,		/* string: why it is absent */

	/* private: */
	__KMEMCGD_A_CAP_MAX,
	KMEMCGD_A_CAP_MAX = (__KMEMCGD_A_CAP_MAX - 1)
};

enum kmemcgd_a_info {
	KMEMCGD_A_INFO_PROTOCOL = 1,	/* u32: KMEMCGD_GENL_VERSION */
	KMEMCGD_A_INFO_MODULE_VERSION,	/* string */
	KMEMCGD_A_INFO_KERNEL_RELEASE,	/* string */
	KMEMCGD_A_INFO_CGROUP_VERSION,	/* u32: 1 or 2, of the memory controller */
	KMEMCGD_A_INFO_PAGE_SIZE,	/* u32, bytes */
	KMEMCGD_A_INFO_CAPABILITY,	/* nest of kmemcgd_a_cap, repeated */

	/* private: */
	__KMEMCGD_A_INFO_MAX,
	KMEMCGD_A_INFO_MAX = (__KMEMCGD_A_INFO_MAX - 1)
};

/* The tunables; the module parameters have the same names, ranges, defaults. */
enum kmemcgd_a_config {
	KMEMCGD_A_CONFIG_ENABLED = 1,	/* u32, 0 or 1 (1) */
	KMEMCGD_A_CONFIG_CPU_CAP_PERMILLE, /* u32, 1 to 1000 of one CPU (50) */
	KMEMCGD_A_CONFIG_BURST_US,	/* u32, CPU time, 1000 to 100000 (10000) */
	KMEMCGD_A_CONFIG_SLICE_TARGET_US, /* u32, 10 to 10000 (50) */
	KMEMCGD_A_CONFIG_SLICE_MAX_PAGES, /* u32, 32 to 65536 (512) */
	KMEMCGD_A_CONFIG_SETTLE_MS,	/* u32, 0 to 600000 (2000) */
	KMEMCGD_A_CONFIG_SCAN_INTERVAL_MS, /* u32, 1000 to 86400000 (60000) */
	KMEMCGD_A_CONFIG_BACKOFF_MIN_MS, /* u32, 100 to 3600000 (5000) */
	KMEMCGD_A_CONFIG_BACKOFF_MAX_MS, /* u32, 100 to 86400000 (600000) */
	KMEMCGD_A_CONFIG_STATES_MAX,	/* u32, 0 to 1048576 (65536) */
	KMEMCGD_A_CONFIG_SWAP,		/* u32, 0 or 1 (0): swap zombies out */
	KMEMCGD_A_CONFIG_INODES,	/* u32, 0 or 1 (1): evict their inodes */
	KMEMCGD_A_CONFIG_NICE_MIN,	/* u32, 0 to 19 (0): for watermarks */
	KMEMCGD_A_CONFIG_HEADROOM_MAX_PERMILLE, /* u32, 0 to 500 (50): learned */
	KMEMCGD_A_CONFIG_WATCHES_MAX,	/* u32, 0 to 1048576 (65536) */
	KMEMCGD_A_CONFIG_THREADS,	/* u32, 1 to 8 (1): for watermarks */
	KMEMCGD_A_CONFIG_NODE_FREE_MB,	/* u32, MiB, 0 to 16777216 (0) */
	KMEMCGD_A_CONFIG_NODE_FREE_PERMILLE, /* u32, of all memory, 0 to 500 (0) */
	KMEMCGD_A_CONFIG_NODE_GAP_PERCENT, /* u32, 1 to 400 (25): of those */

	/* private: */
	__KMEMCGD_A_CONFIG_MAX,
	KMEMCGD_A_CONFIG_MAX = (__KMEMCGD_A_CONFIG_MAX - 1)
};

enum kmemcgd_a_memcg {
	KMEMCGD_A_MEMCG_PAD = 1,
	KMEMCGD_A_MEMCG_ID,		/* u64: cgroup id */
	KMEMCGD_A_MEMCG_STATE,		/* u32: enum kmemcgd_memcg_state */
	KMEMCGD_A_MEMCG_PIN,		/* u32: enum kmemcgd_pin */
	KMEMCGD_A_MEMCG_MIN_AGE_MS,	/* u64, filter only */
	KMEMCGD_A_MEMCG_MIN_BYTES,	/* u64, filter only */
	KMEMCGD_A_MEMCG_PATH,		/* string, from the root of the hierarchy */
	KMEMCGD_A_MEMCG_AGE_MS,		/* u64: since it was first seen offline */
	KMEMCGD_A_MEMCG_MEMORY_BYTES,	/* u64: charged to it and its children */
	KMEMCGD_A_MEMCG_SWAP_BYTES,	/* u64 */
	KMEMCGD_A_MEMCG_FILE_BYTES,	/* u64: page cache on its LRU lists */
	KMEMCGD_A_MEMCG_ANON_BYTES,	/* u64: anonymous and shmem, likewise */
	KMEMCGD_A_MEMCG_REFS,		/* u64: references to a zombie's css */
	KMEMCGD_A_MEMCG_CHILDREN,	/* u32: all descendants, zombies too */
	KMEMCGD_A_MEMCG_TRIES,		/* u32: visits that did not free it */
	KMEMCGD_A_MEMCG_NEXT_MS,	/* u64: until the next visit */

	/* private: */
	__KMEMCGD_A_MEMCG_MAX,
	KMEMCGD_A_MEMCG_MAX = (__KMEMCGD_A_MEMCG_MAX - 1)
};

/* Zombies that are left, by enum kmemcgd_pin; the attribute is pin + 1. */
enum kmemcgd_a_pins {
	KMEMCGD_A_PINS_NONE = 1,	/* u32, like all of them */
	KMEMCGD_A_PINS_FILE,
	KMEMCGD_A_PINS_DIRTY,
	KMEMCGD_A_PINS_SHMEM,
	KMEMCGD_A_PINS_SWAP,
	KMEMCGD_A_PINS_INODE,
	KMEMCGD_A_PINS_JOURNAL,
	KMEMCGD_A_PINS_SLAB,
	KMEMCGD_A_PINS_OTHER,

	/* private: */
	__KMEMCGD_A_PINS_MAX,
	KMEMCGD_A_PINS_MAX = (__KMEMCGD_A_PINS_MAX - 1)
};

/* One pass over the zombies that were due. */
enum kmemcgd_a_pass {
	KMEMCGD_A_PASS_PAD = 1,
	KMEMCGD_A_PASS_ID,		/* u64, counts from 1 */
	KMEMCGD_A_PASS_REASON,		/* u32: enum kmemcgd_reason */
	KMEMCGD_A_PASS_DURATION_NS,	/* u64 */
	KMEMCGD_A_PASS_CPU_NS,		/* u64: CPU time of the pass */
	KMEMCGD_A_PASS_VISITED,		/* u64: zombies */
	KMEMCGD_A_PASS_FREED,		/* u64: zombies released during the pass */
	KMEMCGD_A_PASS_LEFT,		/* u64: zombies still there at its end */
	KMEMCGD_A_PASS_PAGES,		/* u64: pages let go of */
	KMEMCGD_A_PASS_INODES,		/* u64: inodes evicted */

	/* private: */
	__KMEMCGD_A_PASS_MAX,
	KMEMCGD_A_PASS_MAX = (__KMEMCGD_A_PASS_MAX - 1)
};

/* Counters count since the load, or since the last reset where marked [r]. */
enum kmemcgd_a_stats {
	KMEMCGD_A_STATS_PAD = 1,
	KMEMCGD_A_STATS_SINCE_NS,	/* u64: time since the last reset or load */
	KMEMCGD_A_STATS_OFFLINED,	/* u64 [r]: cgroups removed (tracepoint) */
	KMEMCGD_A_STATS_RELEASED,	/* u64 [r]: cgroups released (tracepoint) */
	KMEMCGD_A_STATS_SEEN,		/* u64 [r]: zombies visited at least once */
	KMEMCGD_A_STATS_FREED,		/* u64 [r]: of those, released */
	KMEMCGD_A_STATS_LEFT,		/* u64: zombies there at the last look */
	KMEMCGD_A_STATS_LEFT_BY_PIN,	/* nest of kmemcgd_a_pins */
	KMEMCGD_A_STATS_TRACKED,	/* u64: zombies that state is kept for */
	KMEMCGD_A_STATS_UNTRACKED,	/* u64: those that no state is kept for */
	KMEMCGD_A_STATS_VISITS,		/* u64 [r]: visits of zombies */
	KMEMCGD_A_STATS_BACKOFFS,	/* u64 [r]: visits put off */
	KMEMCGD_A_STATS_PAGES,		/* u64 [r]: pages let go of */
	KMEMCGD_A_STATS_INODES,		/* u64 [r]: inodes evicted */
	KMEMCGD_A_STATS_WB_CLEANUPS,	/* u64 [r]: cleanups or sweeps of inodes */
	KMEMCGD_A_STATS_STOCK_DRAINS,	/* u64 [r]: charge stocks drained */
	KMEMCGD_A_STATS_SLICES,		/* u64 [r] */
	KMEMCGD_A_STATS_PASSES,		/* u64 [r] */
	KMEMCGD_A_STATS_WAKEUPS,	/* u64 [r]: times a thread went to work */
	KMEMCGD_A_STATS_CPU_NS,		/* u64 [r]: CPU time of the threads */
	KMEMCGD_A_STATS_THROTTLED_NS,	/* u64 [r]: time slept for the CPU cap */
	KMEMCGD_A_STATS_EVENTS_LOST,	/* u64 [r]: events not delivered */
	KMEMCGD_A_STATS_SLICE_HIST,	/* u64[KMEMCGD_HIST_BUCKETS] [r] */
	KMEMCGD_A_STATS_RESCHED_HIST,	/* the same: time between two chances */
	KMEMCGD_A_STATS_LAST_PASS,	/* nest of kmemcgd_a_pass; absent: none */
	KMEMCGD_A_STATS_RUNNING_PASS,	/* u64: id; absent: none is running */
	KMEMCGD_A_STATS_ZOMBIE_PAGES,	/* u64 [r]: of the pages, those of zombies */
	KMEMCGD_A_STATS_WATERMARK_PAGES, /* u64 [r]: likewise, for watermarks */
	KMEMCGD_A_STATS_NODE_PAGES,	/* u64 [r]: likewise, of a tight node */

	/* private: */
	__KMEMCGD_A_STATS_MAX,
	KMEMCGD_A_STATS_MAX = (__KMEMCGD_A_STATS_MAX - 1)
};

enum kmemcgd_a_reap {
	KMEMCGD_A_REAP_PAD = 1,
	KMEMCGD_A_REAP_ID,		/* u64: cgroup id */
	KMEMCGD_A_REAP_PASS,		/* u64: pass id, reply only */
	KMEMCGD_A_REAP_CAPPED,		/* u32: 1: under the CPU cap (0) */

	/* private: */
	__KMEMCGD_A_REAP_MAX,
	KMEMCGD_A_REAP_MAX = (__KMEMCGD_A_REAP_MAX - 1)
};

enum kmemcgd_a_freed {
	KMEMCGD_A_FREED_PAD = 1,
	KMEMCGD_A_FREED_COUNT,		/* u64: zombies freed since the last one */
	KMEMCGD_A_FREED_TOTAL,		/* u64: since the load */

	/* private: */
	__KMEMCGD_A_FREED_MAX,
	KMEMCGD_A_FREED_MAX = (__KMEMCGD_A_FREED_MAX - 1)
};

/* The watermarks that were set for a memcg, or as the host's default. */
enum kmemcgd_a_wmark {
	KMEMCGD_A_WMARK_PAD = 1,
	KMEMCGD_A_WMARK_ID,		/* u64: cgroup id; absent: the default */
	KMEMCGD_A_WMARK_RATIO,		/* u32, 0 to 100 %, 0: off */
	KMEMCGD_A_WMARK_SCALE_FACTOR,	/* u32, 1 to 1000, in 1/10000 (50) */
	KMEMCGD_A_WMARK_HIGH_HEADROOM_BYTES, /* u64; 0: the ratio counts */
	KMEMCGD_A_WMARK_LOW_HEADROOM_BYTES, /* u64; 0: the scale factor counts */
	KMEMCGD_A_WMARK_SWAP,		/* u32, 0 or 1 (0): swap out as well */
	KMEMCGD_A_WMARK_SWAPPINESS,	/* u32, 0 to 200, or _OWN; absent: own */
	KMEMCGD_A_WMARK_PATH,		/* string, reply only */

	/* private: */
	__KMEMCGD_A_WMARK_MAX,
	KMEMCGD_A_WMARK_MAX = (__KMEMCGD_A_WMARK_MAX - 1)
};

/* A memcg that a policy applies to. */
enum kmemcgd_a_watch {
	KMEMCGD_A_WATCH_PAD = 1,
	KMEMCGD_A_WATCH_ID,		/* u64: cgroup id */
	KMEMCGD_A_WATCH_PATH,		/* string; not in events */
	KMEMCGD_A_WATCH_POLICY_ID,	/* u64: whose policy; 0: the default */
	KMEMCGD_A_WATCH_STATE,		/* u32: enum kmemcgd_watch_state */
	KMEMCGD_A_WATCH_USAGE_BYTES,	/* u64 */
	KMEMCGD_A_WATCH_BASE_BYTES,	/* u64; 0: no limit */
	KMEMCGD_A_WATCH_HIGH_BYTES,	/* u64: what was learned is in it */
	KMEMCGD_A_WATCH_LOW_BYTES,	/* u64: likewise */
	KMEMCGD_A_WATCH_LEARNED_BYTES,	/* u64: both marks are lower by this */
	KMEMCGD_A_WATCH_HEADROOM_BYTES,	/* u64: from the usage to the base */
	KMEMCGD_A_WATCH_FILL_RATE,	/* u64: bytes per second */
	KMEMCGD_A_WATCH_NEXT_US,	/* u64: until the next look */
	KMEMCGD_A_WATCH_LOOKS,		/* u64: since it is watched, as below */
	KMEMCGD_A_WATCH_RECLAIMED_BYTES, /* u64 */
	KMEMCGD_A_WATCH_CPU_NS,		/* u64 */
	KMEMCGD_A_WATCH_TRIGGERED,	/* u64: times that it was above the mark */
	KMEMCGD_A_WATCH_LIMIT_HIT,	/* u64: times that it hit its limit */
	KMEMCGD_A_WATCH_LAST_HIT_MS,	/* u64: since then; absent: never */

	/* private: */
	__KMEMCGD_A_WATCH_MAX,
	KMEMCGD_A_WATCH_MAX = (__KMEMCGD_A_WATCH_MAX - 1)
};

/* A memcg with a class. */
enum kmemcgd_a_qos {
	KMEMCGD_A_QOS_PAD = 1,
	KMEMCGD_A_QOS_ID,		/* u64: cgroup id */
	KMEMCGD_A_QOS_CLASS,		/* u32, 0 to KMEMCGD_CLASS_MAX */
	KMEMCGD_A_QOS_REQUEST_BYTES,	/* u64; 0: none */
	KMEMCGD_A_QOS_REQUEST_RATIO,	/* u32, 0 to 100 % of its limit; 0: none */
	KMEMCGD_A_QOS_SWAP,		/* u32, 0 or 1 (0): swap out as well */
	KMEMCGD_A_QOS_PATH,		/* string; the rest is in replies only */
	KMEMCGD_A_QOS_STATE,		/* u32: enum kmemcgd_qos_state */
	KMEMCGD_A_QOS_USAGE_BYTES,	/* u64 */
	KMEMCGD_A_QOS_PROTECTED_BYTES,	/* u64: what is left to it */
	KMEMCGD_A_QOS_OVERUSE_PERMILLE,	/* u64: beyond that, in 1/1000 of it */
	KMEMCGD_A_QOS_RECLAIMED_BYTES,	/* u64: since it has a class */
	KMEMCGD_A_QOS_CPU_NS,		/* u64: likewise */

	/* private: */
	__KMEMCGD_A_QOS_MAX,
	KMEMCGD_A_QOS_MAX = (__KMEMCGD_A_QOS_MAX - 1)
};

/* What was taken from the memcgs of a class. */
enum kmemcgd_a_class {
	KMEMCGD_A_CLASS_PAD = 1,
	KMEMCGD_A_CLASS_CLASS,		/* u32 */
	KMEMCGD_A_CLASS_MEMCGS,		/* u32: how many have it now */
	KMEMCGD_A_CLASS_SLICES,		/* u64: since the load, as below */
	KMEMCGD_A_CLASS_RECLAIMED_BYTES, /* u64 */

	/* private: */
	__KMEMCGD_A_CLASS_MAX,
	KMEMCGD_A_CLASS_MAX = (__KMEMCGD_A_CLASS_MAX - 1)
};

/* Free memory, as of the last look, of the node that is nearest to its threshold. */
enum kmemcgd_a_pressure {
	KMEMCGD_A_PRESSURE_PAD = 1,
	KMEMCGD_A_PRESSURE_STATE,	/* u32: enum kmemcgd_pressure_state */
	KMEMCGD_A_PRESSURE_NODE,	/* u32: which node that is */
	KMEMCGD_A_PRESSURE_MARGIN_BYTES, /* u64: above the kernel's watermarks */
	KMEMCGD_A_PRESSURE_THRESHOLD_BYTES, /* u64: of that margin */
	KMEMCGD_A_PRESSURE_GOAL_BYTES,	/* u64: likewise */
	KMEMCGD_A_PRESSURE_FILL_RATE,	/* u64: how fast it falls, bytes per second */
	KMEMCGD_A_PRESSURE_EPISODES,	/* u64: times that it fell below */
	KMEMCGD_A_PRESSURE_NOTHINGS,	/* u64: times that nobody had any to give */
	KMEMCGD_A_PRESSURE_RECLAIMED_BYTES, /* u64 */
	KMEMCGD_A_PRESSURE_CPU_NS,	/* u64 */
	KMEMCGD_A_PRESSURE_CLASS,	/* nest of kmemcgd_a_class, repeated */

	/* private: */
	__KMEMCGD_A_PRESSURE_MAX,
	KMEMCGD_A_PRESSURE_MAX = (__KMEMCGD_A_PRESSURE_MAX - 1)
};

#endif /* _UAPI_LINUX_KMEMCGD_H */
