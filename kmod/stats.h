/* SPDX-License-Identifier: GPL-2.0 */
/* What the module counts. Counters are indexed by enum kmemcgd_a_stats. */
#ifndef KMEMCGD_STATS_H
#define KMEMCGD_STATS_H

#include <linux/kmemcgd.h>
#include <linux/types.h>

/**
 * struct kmemcgd_pass - one pass over the zombies that were due
 * @id: counts from 1; 0: none
 * @reason: why it was started
 * @began_ns: ktime_get_ns()
 * @duration_ns: how long it took
 * @cpu_ns: CPU time of the thread meanwhile
 * @visited: zombies
 * @freed: zombies released meanwhile
 * @left: zombies still there at its end
 * @pages: pages let go of
 * @inodes: inodes evicted
 */
struct kmemcgd_pass {
	u64 id;
	enum kmemcgd_reason reason;
	u64 began_ns;
	u64 duration_ns;
	u64 cpu_ns;
	u64 visited;
	u64 freed;
	u64 left;
	u64 pages;
	u64 inodes;
};

/* All of these: any context, no locks unless said. */
void kmemcgd_stats_init(void);

void kmemcgd_stats_add(enum kmemcgd_a_stats counter, s64 value);

/* Reads a counter, and sets it to 0 with @reset. */
u64 kmemcgd_stats_read(enum kmemcgd_a_stats counter, bool reset);

/* Since the load, whatever was reset. */
u64 kmemcgd_stats_freed_total(void);

/* @which: KMEMCGD_A_STATS_SLICE_HIST or _RESCHED_HIST */
void kmemcgd_stats_add_time(enum kmemcgd_a_stats which, u64 ns);
void kmemcgd_stats_read_hist(enum kmemcgd_a_stats which,
			     u64 hist[KMEMCGD_HIST_BUCKETS], bool reset);

/* ktime_get_ns() of the last reset, or the load. */
u64 kmemcgd_stats_since_ns(bool reset);

/* The last pass that ended, and the id of the one that runs; takes a lock. */
void kmemcgd_stats_pass_began(const struct kmemcgd_pass *pass);
void kmemcgd_stats_pass_ended(const struct kmemcgd_pass *pass);
struct kmemcgd_pass kmemcgd_stats_last_pass(u64 *running);

#endif
