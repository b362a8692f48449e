// SPDX-License-Identifier: GPL-2.0
/*
 * One memcg with a watermark: a look at it, a slice of reclaim if it is above
 * its mark, and the time of the next look.
 *
 * The arithmetic is in include/kmemcgd/watermark.h. A css reference is held
 * while the kernel reclaims, and not while the thread sleeps between slices.
 */
#include <linux/cgroup.h>
#include <linux/ktime.h>
#include <linux/rcupdate.h>
#include <linux/sched/clock.h>
#include <linux/sched/stat.h>

#include <kmemcgd/slice.h>

#include "memcg.h"
#include "netlink.h"
#include "params.h"
#include "reclaim.h"
#include "symbols.h"
#include "watch.h"

/* Slices in a row that took nothing before it counts as stuck. */
#define STUCK_AFTER 3
/*
 * Pauses after them go up to 8 s. A memcg that goes on hitting its limit and
 * lives has something to take: up to 128 ms then, and 8 ms if that was so within
 * the last second, as where pages become clean one moment and are read or
 * written the next.
 */
#define RETRY_MAX_SHIFT 13
#define RETRY_HIT_SHIFT 7
#define RETRY_WORKED_SHIFT 3
/*
 * Refaults are judged over this time and number of pages; the kernel sums its
 * counts up every two seconds. Three of four pages that were taken are wanted
 * back: then the memcg needs more memory, and no reclaim ahead of need.
 */
#define WINDOW_NS (5 * NSEC_PER_SEC)
#define WINDOW_PAGES 4096
#define THRASHING_PERCENT 75
#define THRASHING_BACKOFF_NS (2 * NSEC_PER_SEC)
/* No limit was hit for so long: what was learned from it fades. */
#define CALM_NS NSEC_PER_SEC
/* So long one that was hit has the highest level. */
#define CAREFUL_NS (10 * NSEC_PER_SEC)
/* Two hits closer than this are one. */
#define SAME_HIT_NS (20 * NSEC_PER_MSEC)
/*
 * Where the kernel tells of tasks that join and of limits that are hit, one
 * that nothing was charged to since the last look can wait for longer: 4 s, then
 * twice as long each time, up to 16 s with tasks in it and 32 s without.
 */
#define QUIET_LOOK_NS (4 * NSEC_PER_SEC)
#define QUIET_TASKS_SHIFT 2
#define QUIET_MAX_SHIFT 3
/* A memcg in need goes before others by this at most. */
#define HASTE_MAX_NS (2 * NSEC_PER_MSEC)

/* What the kernel counts. */
struct reading {
	u64 base;
	u64 usage;
	u64 hits;
	u64 refaults;
	bool populated;		/* with tasks, in it or below */
};

static void read_memcg(struct mem_cgroup *memcg, struct reading *reading)
{
	reading->base = kmemcgd_memcg_base(memcg);
	reading->usage = page_counter_read(&memcg->memory);
	reading->hits = kmemcgd_memcg_hits(memcg);
	reading->refaults = kmemcgd_memcg_refaults(memcg);
	reading->populated = cgroup_is_populated(memcg->css.cgroup);
}

/* At this rate the limit is so far away. */
static u64 time_left_ns(const struct kmemcgd_watch *watch)
{
	return kmemcgd_fill_time_ns(kmemcgd_less(watch->base, watch->usage),
				    watch->fill.rate, KMEMCGD_NS_PER_S);
}

/* It could not be kept from its limit: say so, and begin earlier next time. */
static void note_hits(struct kmemcgd_watch *watch, u64 hits, u64 now_ns)
{
	watch->limit_hit += hits;
	/* Where nothing can be had, an earlier beginning would not help. */
	if (!kmemcgd_watch_backed_off(watch) &&
	    now_ns - watch->last_hit_ns > SAME_HIT_NS) {
		u32 max_permille;

		max_permille = kmemcgd_param(KMEMCGD_A_CONFIG_HEADROOM_MAX_PERMILLE);
		watch->learned = kmemcgd_learn(watch->learned, watch->base,
					       max_permille);
		watch->learned_ns = now_ns;
	}
	watch->last_hit_ns = now_ns;
	if (now_ns - watch->said_ns >= NSEC_PER_SEC) {
		watch->said_ns = now_ns;
		kmemcgd_netlink_not_converged(watch);
	}
}

static void fade(struct kmemcgd_watch *watch, u64 now_ns)
{
	if (now_ns - max(watch->learned_ns, watch->last_hit_ns) < CALM_NS)
		return;
	watch->learned = kmemcgd_forget(watch->learned);
	watch->learned_ns = now_ns;
}

/*
 * The less time is left, the higher the priority. A hit of the limit, and a turn
 * that came late, prove that this is not enough.
 */
static void set_level(struct kmemcgd_watch *watch, u64 now_ns)
{
	u64 left_ns = time_left_ns(watch);
	u32 late_level = 0, level = kmemcgd_level(left_ns);

	if (watch->looks > 1)
		late_level = kmemcgd_late_level(left_ns,
						kmemcgd_less(now_ns, watch->due_ns));
	if (watch->last_hit_ns && now_ns - watch->last_hit_ns < CAREFUL_NS)
		level = KMEMCGD_LEVEL_MAX;
	kmemcgd_urge_update(&watch->urge, level, late_level, now_ns);
}

static void learn(struct kmemcgd_watch *watch, const struct reading *reading,
		  u64 now_ns)
{
	watch->usage = reading->usage;
	watch->base = reading->base;
	kmemcgd_fill_update(&watch->fill, watch->usage, now_ns,
			    kmemcgd_fill_window_ns(time_left_ns(watch)));
	if (!watch->looks++) {
		watch->hits = reading->hits;
		watch->learned_ns = now_ns;
	}
	if (reading->hits != watch->hits && watch->base != U64_MAX)
		note_hits(watch, reading->hits - watch->hits, now_ns);
	else if (watch->learned)
		fade(watch, now_ns);
	watch->hits = reading->hits;
	set_level(watch, now_ns);
}

/* Is what is taken read again? Then it stops for a while. */
static void judge_window(struct kmemcgd_watch *watch,
			 const struct reading *reading, u64 now_ns)
{
	u64 refaults = reading->refaults - watch->window_refaults;

	if (watch->window_ns && now_ns - watch->window_ns < WINDOW_NS)
		return;
	if (watch->window_ns && watch->window_pages >= WINDOW_PAGES &&
	    refaults * 100 >= watch->window_pages * THRASHING_PERCENT)
		watch->state = KMEMCGD_WATCH_THRASHING;
	watch->window_ns = now_ns;
	watch->window_pages = 0;
	watch->window_refaults = reading->refaults;
}

/* What to do about it, by where it is now. */
static void decide(struct kmemcgd_watch *watch, const struct reading *reading,
		   u64 now_ns)
{
	bool reclaims = watch->state == KMEMCGD_WATCH_RECLAIMING;

	if (watch->base == U64_MAX) {
		watch->state = KMEMCGD_WATCH_NO_LIMIT;
		return;
	}
	watch->marks = kmemcgd_wmark_compute(&watch->policy, watch->base,
					     watch->learned, PAGE_SHIFT);
	if (watch->usage <= (reclaims ? watch->marks.low : watch->marks.high)) {
		watch->state = KMEMCGD_WATCH_BELOW;
		watch->failures = 0;
		return;
	}
	if (!reclaims && !kmemcgd_watch_backed_off(watch)) {
		watch->triggered++;
		watch->worked_ns = now_ns;
	}
	watch->state = KMEMCGD_WATCH_RECLAIMING;
	judge_window(watch, reading, now_ns);
}

static void reclaim(struct kmemcgd_watch *watch, struct mem_cgroup *memcg,
		    struct kmemcgd_result *result, u64 now_ns, u64 *took_ns)
{
	int swappiness = watch->policy.swappiness;
	bool own = swappiness == KMEMCGD_SWAPPINESS_OWN;
	u64 began_ns = local_clock(), usage, low_events;
	u32 pages, taken;
	bool breached;

	pages = kmemcgd_wmark_slice_pages(watch->usage, watch->marks.low,
					  time_left_ns(watch),
					  !single_task_running());
	low_events = kmemcgd_memcg_low_events(memcg);
	taken = kmemcgd_reclaim_pages(memcg, pages, watch->policy.swap,
				      own ? NULL : &swappiness);
	*took_ns = local_clock() - began_ns;
	usage = page_counter_read(&memcg->memory);

	result->cgroup_id = watch->cgroup_id;
	result->pages += taken;
	watch->cpu_ns += *took_ns;
	watch->reclaimed_pages += taken;
	watch->window_pages += taken;
	watch->fill.reclaimed += taken;
	/*
	 * The kernel takes what memory.low protects when there is nothing else:
	 * no more of it is taken than shows this.
	 */
	breached = kmemcgd_memcg_low_events(memcg) != low_events;
	if (breached)
		watch->failures = max_t(u32, watch->failures + 1, STUCK_AFTER);
	else
		watch->failures = taken ? 0 : watch->failures + 1;
	if (taken && !breached)
		watch->worked_ns = now_ns;
	watch->usage = usage;
	if (watch->failures >= STUCK_AFTER)
		watch->state = KMEMCGD_WATCH_STUCK;
}

static u64 backoff_ns(const struct kmemcgd_watch *watch, u64 now_ns)
{
	u32 max_shift = RETRY_MAX_SHIFT;

	if (watch->state == KMEMCGD_WATCH_THRASHING)
		return THRASHING_BACKOFF_NS;
	if (watch->last_hit_ns && now_ns - watch->last_hit_ns < CALM_NS)
		max_shift = now_ns - watch->worked_ns < CALM_NS ?
			RETRY_WORKED_SHIFT : RETRY_HIT_SHIFT;
	return kmemcgd_retry_ns(watch->failures, max_shift);
}

/*
 * Those that reclaim are due at once, or after a gap. The less time one has,
 * the earlier it counts as due, so that it goes first; but not so early that
 * others would never get their turn.
 */
static u64 next_slice_ns(const struct kmemcgd_watch *watch, u64 now_ns,
			 u32 taken, u64 took_ns)
{
	u64 gap_ns, left_ns = time_left_ns(watch);

	gap_ns = kmemcgd_gap_ns(watch->usage, watch->marks.low, watch->base,
				watch->fill.rate, taken, took_ns);
	if (gap_ns)
		return now_ns + gap_ns;
	return now_ns - HASTE_MAX_NS + min_t(u64, left_ns / 16, HASTE_MAX_NS);
}

static bool hears_of_change(void)
{
	return kmemcgd_capable(KMEMCGD_CAP_ATTACH_EVENTS) &&
	       kmemcgd_capable(KMEMCGD_CAP_STALL_EVENTS);
}

static u64 quiet_ns(struct kmemcgd_watch *watch, bool populated)
{
	u64 ns = QUIET_LOOK_NS << watch->quiet_shift;
	int max_shift = populated ? QUIET_TASKS_SHIFT : QUIET_MAX_SHIFT;

	/* One without a limit may get one, which nothing tells of. */
	if (watch->state == KMEMCGD_WATCH_NO_LIMIT)
		return QUIET_LOOK_NS;
	watch->quiet_shift = min(watch->quiet_shift + 1, max_shift);
	return ns;
}

static void plan(struct kmemcgd_watch *watch, const struct reading *reading,
		 u64 now_ns, u32 taken, u64 took_ns, bool quiet)
{
	watch->pressing = watch->state == KMEMCGD_WATCH_RECLAIMING &&
			  time_left_ns(watch) < KMEMCGD_PRESSING_NS;
	switch (watch->state) {
	case KMEMCGD_WATCH_NO_LIMIT:
		watch->interval_ns = KMEMCGD_LOOK_MAX_NS;
		break;
	case KMEMCGD_WATCH_RECLAIMING:
		watch->interval_ns = KMEMCGD_LOOK_MIN_NS;
		watch->due_ns = watch->failures ?
			now_ns + backoff_ns(watch, now_ns) :
			next_slice_ns(watch, now_ns, taken, took_ns);
		return;
	case KMEMCGD_WATCH_STUCK:
	case KMEMCGD_WATCH_THRASHING:
		watch->interval_ns = backoff_ns(watch, now_ns);
		break;
	case KMEMCGD_WATCH_BELOW:
		watch->interval_ns =
			kmemcgd_look_interval_ns(watch->usage,
						 watch->marks.high,
						 watch->fill.rate,
						 watch->interval_ns);
		break;
	}
	watch->due_ns = now_ns + watch->interval_ns;
	if (watch->interval_ns < KMEMCGD_LOOK_MAX_NS)
		return;
	if (quiet && !kmemcgd_watch_backed_off(watch) && hears_of_change())
		watch->due_ns = now_ns + quiet_ns(watch, reading->populated);
	else
		watch->quiet_shift = 0;
	watch->due_ns = kmemcgd_far_ns(watch->due_ns - KMEMCGD_LOOK_MAX_NS);
}

/*
 * Announces the times with reclaim. One ends when nothing was taken for a
 * second: the memcg is below its mark, or was given up for now.
 */
static void announce(struct kmemcgd_watch *watch, u64 now_ns)
{
	bool works = watch->worked_ns &&
		     now_ns - watch->worked_ns < NSEC_PER_SEC;

	if (works == watch->episode)
		return;
	watch->episode = works;
	if (works)
		kmemcgd_netlink_reclaim_began(watch);
	else
		kmemcgd_netlink_reclaim_ended(watch);
}

void kmemcgd_watch_serve(struct kmemcgd_watch *watch,
			 const struct kmemcgd_budget *budget,
			 struct kmemcgd_result *result)
{
	u64 now_ns = budget->now_ns, took_ns = 0;
	u32 before = result->pages;
	bool quiet;
	struct reading reading;
	struct mem_cgroup *memcg;

	rcu_read_lock();
	memcg = kmemcgd_memcg_online(watch->css_id, watch->cgroup_id);
	if (memcg) {
		read_memcg(memcg, &reading);
		if (!css_tryget(&memcg->css))
			memcg = NULL;
	}
	rcu_read_unlock();
	if (!memcg) {
		kmemcgd_watches_remove(watch->cgroup_id);
		return;
	}
	quiet = reading.usage == watch->usage;
	learn(watch, &reading, now_ns);
	decide(watch, &reading, now_ns);
	announce(watch, now_ns);
	if (watch->state == KMEMCGD_WATCH_RECLAIMING) {
		reclaim(watch, memcg, result, now_ns, &took_ns);
		if (watch->usage <= watch->marks.low)
			watch->state = KMEMCGD_WATCH_BELOW;
		now_ns = ktime_get_ns();
	}
	css_put(&memcg->css);
	plan(watch, &reading, now_ns, result->pages - before, took_ns, quiet);
	kmemcgd_watches_return(watch);
}
