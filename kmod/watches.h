/* SPDX-License-Identifier: GPL-2.0 */
/* The memcgs that a watermark policy applies to, by the time of the next look. */
#ifndef KMEMCGD_WATCHES_H
#define KMEMCGD_WATCHES_H

#include <linux/kmemcgd.h>
#include <linux/types.h>

#include <kmemcgd/watermark.h>

/**
 * struct kmemcgd_watch - what is known of a watched memcg
 * @cgroup_id: of its cgroup
 * @taking: which kmemcgd_watches_take() gave it out
 * @css_id: of it
 * @policy_id: whose policy applies; KMEMCGD_POLICY_DEFAULT: the host's
 * @policy: which that is
 * @state: what is done about it
 * @urge: how urgent it is
 * @pressing: its limit is near enough to go before all else
 * @due_ns: the next look, by ktime_get_ns()
 * @interval_ns: between the last two looks
 * @quiet_shift: how much longer it may wait, as nothing happens in it
 * @fill: how fast it fills
 * @base: its limit in pages; U64_MAX: none
 * @usage: pages, at the last look
 * @marks: at the last look
 * @learned: pages by which they are lower than was set
 * @learned_ns: when that was last raised or lowered
 * @hits: of its limit, as the kernel counts them, at the last look
 * @failures: slices in a row that took nothing, or what memory.low protects
 * @worked_ns: the last time that it was reclaimed from with success, or begun
 *	       with; 0: never
 * @episode: whether its reclaim was announced, and its end not yet
 * @window_ns: the beginning of a window over which refaults are looked at
 * @window_pages: what was taken in it
 * @window_refaults: the kernel's count at its beginning
 * @said_ns: the last not-converged event
 * @looks: and the rest: what is told of it
 */
struct kmemcgd_watch {
	u64 cgroup_id;
	u64 taking;
	int css_id;
	u64 policy_id;
	struct kmemcgd_wmark_policy policy;
	enum kmemcgd_watch_state state;
	struct kmemcgd_urge urge;
	bool pressing;
	u64 due_ns;
	u64 interval_ns;
	int quiet_shift;
	struct kmemcgd_fill fill;
	u64 base;
	u64 usage;
	struct kmemcgd_wmarks marks;
	u64 learned;
	u64 learned_ns;
	u64 hits;
	u32 failures;
	u64 worked_ns;
	bool episode;
	u64 window_ns;
	u64 window_pages;
	u64 window_refaults;
	u64 said_ns;
	u64 looks;
	u64 reclaimed_pages;
	u64 cpu_ns;
	u64 triggered;
	u64 limit_hit;
	u64 last_hit_ns;
};

/* Left alone for a while, since nothing can be done for it. */
static inline bool kmemcgd_watch_backed_off(const struct kmemcgd_watch *watch)
{
	return watch->state == KMEMCGD_WATCH_STUCK ||
	       watch->state == KMEMCGD_WATCH_THRASHING;
}

void kmemcgd_watches_init(void);

/* Forgets all of them. May sleep. */
void kmemcgd_watches_exit(void);

/**
 * kmemcgd_watches_add - watch a memcg, or give it another policy
 * @cgroup_id: of its cgroup
 * @css_id: of it
 * @policy: what applies to it
 * @policy_id: whose that is
 * @generation: of the policies, when that was found out
 * @max: watches, at most
 *
 * What is known of it stays when the policy is the same.
 *
 * Context: may sleep.
 * Return: 0, -ENOMEM, -ENOSPC, or -EAGAIN when policies have changed since.
 */
int kmemcgd_watches_add(u64 cgroup_id, int css_id,
			const struct kmemcgd_wmark_policy *policy,
			u64 policy_id, u32 generation, u32 max);

/* Any context. Return: whether it was watched. */
bool kmemcgd_watches_remove(u64 cgroup_id);

/* Whether it is watched; any context, cheap. */
bool kmemcgd_watches_has(u64 cgroup_id);

/**
 * kmemcgd_watches_nudge - have it looked at soon
 * @cgroup_id: any
 * @by_ns: the latest time of the next look, by ktime_get_ns()
 *
 * Context: any.
 * Return: whether that changed anything. One that is backed off is left alone.
 */
bool kmemcgd_watches_nudge(u64 cgroup_id, u64 by_ns);

/**
 * kmemcgd_watches_first - about the first look that is due
 * @level: of that watch
 * @pressing: likewise
 *
 * Return: when that is; KMEMCGD_NEVER: there is none, and the rest is not set.
 */
u64 kmemcgd_watches_first(u32 *level, bool *pressing);

/*
 * Takes the first that is due out of the queue, as a copy. It is not given to
 * anybody else until _return is called.
 */
bool kmemcgd_watches_take(u64 now_ns, struct kmemcgd_watch *watch);

/* Puts it back with all that was learned, unless it was removed meanwhile. */
void kmemcgd_watches_return(const struct kmemcgd_watch *watch);

/* Copies a watch; any context. */
bool kmemcgd_watches_get(u64 cgroup_id, struct kmemcgd_watch *watch);

/* Copies the first whose id is @id or above. */
bool kmemcgd_watches_next(u64 id, struct kmemcgd_watch *watch);

u32 kmemcgd_watches_count(void);

#endif
