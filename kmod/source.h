/* SPDX-License-Identifier: GPL-2.0 */
/* What the engine asks of a source of work, and gives it. */
#ifndef KMEMCGD_SOURCE_H
#define KMEMCGD_SOURCE_H

#include <linux/kmemcgd.h>
#include <linux/sched/clock.h>
#include <linux/types.h>

/* Nothing to do until somebody kicks the engine. */
#define KMEMCGD_NEVER U64_MAX

/*
 * Looks that are far away happen together, in steps of 2^30 ns (1.07 s), so
 * that they need one wakeup: the step after a time.
 */
static inline u64 kmemcgd_far_ns(u64 time_ns)
{
	return ((time_ns >> 30) + 1) << 30;
}

/**
 * enum kmemcgd_urgency - who goes first
 * @KMEMCGD_BACKGROUND: whenever there is time; under the CPU cap
 * @KMEMCGD_REQUESTED: somebody waits for it; not under the cap
 * @KMEMCGD_URGENT: a task will stall if it is late; not under the cap
 */
enum kmemcgd_urgency {
	KMEMCGD_BACKGROUND,
	KMEMCGD_REQUESTED,
	KMEMCGD_URGENT,
};

/**
 * struct kmemcgd_demand - what a source wants
 * @deadline_ns: when its next slice should run, by ktime_get_ns(); a time that
 *	is past: now; KMEMCGD_NEVER: not at all
 * @urgency: how it ranks when more than one source is due
 * @boost: by how much the thread's nice value shall be lower than the highest,
 *	   0 to 19; from now on, since waking up in time depends on it
 * @pressing: it can't even wait until others have had the CPU between two slices
 */
struct kmemcgd_demand {
	u64 deadline_ns;
	enum kmemcgd_urgency urgency;
	u32 boost;
	bool pressing;
};

/**
 * struct kmemcgd_budget - what one slice may use
 * @pages: pages to take
 * @now_ns: ktime_get_ns() at its beginning: some clocks are slow to read
 * @end_ns: local_clock() by which it should end
 * @cpu_ns: CPU time that the thread has used so far
 */
struct kmemcgd_budget {
	u32 pages;
	u64 now_ns;
	u64 end_ns;
	u64 cpu_ns;
};

/**
 * struct kmemcgd_result - what one slice did
 * @cgroup_id: whom it worked on; 0: nobody in particular
 * @pages: pages taken
 * @inodes: inodes evicted
 */
struct kmemcgd_result {
	u64 cgroup_id;
	u32 pages;
	u32 inodes;
};

static inline bool kmemcgd_budget_used(const struct kmemcgd_budget *budget,
				       const struct kmemcgd_result *result)
{
	return result->pages >= budget->pages ||
	       local_clock() >= budget->end_ns;
}

/**
 * struct kmemcgd_source - something that has slices to do
 * @name: for traces
 * @pages_counter: counts the pages that it took; 0: it takes none
 * @demand: what it wants, at the given ktime_get_ns()
 * @run: one slice; adds to the result
 * @pause: let go of everything that must not be held while the thread sleeps;
 *	   may be NULL
 *
 * All are called without locks, and by one thread only, but for sources that
 * a crew shares (struct kmemcgd_crew); @run and @pause may sleep.
 */
struct kmemcgd_source {
	const char *name;
	enum kmemcgd_a_stats pages_counter;
	struct kmemcgd_demand (*demand)(u64 now_ns);
	void (*run)(const struct kmemcgd_budget *budget,
		    struct kmemcgd_result *result);
	void (*pause)(void);
};

#endif
