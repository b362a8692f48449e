/* SPDX-License-Identifier: GPL-2.0 */
/* Which zombie is visited next, and when: what a pass goes through. */
#ifndef KMEMCGD_TARGETS_H
#define KMEMCGD_TARGETS_H

#include <linux/kmemcgd.h>
#include <linux/types.h>

/**
 * struct kmemcgd_target - a zombie to visit
 * @css_id: of its memcg
 * @cgroup_id: of its cgroup
 * @since_ns: since when it is known to be offline, by ktime_get_ns()
 * @tries: visits so far that did not free it
 */
struct kmemcgd_target {
	int css_id;
	u64 cgroup_id;
	u64 since_ns;
	u16 tries;
};

/*
 * Requests, from any context that may take a spinlock; @capped: the CPU cap is
 * for their pass as well, unless another one of its requests is in a hurry.
 * Return: the id of the pass that will have served it when it ends. _ask_one:
 * 0 when too many wait.
 */
u64 kmemcgd_targets_ask_all(bool capped);
u64 kmemcgd_targets_ask_one(int css_id, u64 cgroup_id, bool capped);

/* Whether requests wait for a pass, and such that are not capped; any context. */
bool kmemcgd_targets_asked(void);
bool kmemcgd_targets_hurry(void);

/* Zombies without state, because of states_max; any context. */
u64 kmemcgd_targets_untracked(void);

/* The rest is for the engine's thread only. */

/* When the next pass should begin, and why; KMEMCGD_NEVER: no need. */
u64 kmemcgd_targets_due_ns(u64 now_ns, enum kmemcgd_reason *reason);

/*
 * Begins a pass: takes the requests, says whether one is in a @hurry, starts a
 * walk if one is due. @reason becomes the requests', for they may have come
 * since kmemcgd_targets_due_ns(). Its id.
 */
u64 kmemcgd_targets_begin(u64 now_ns, enum kmemcgd_reason *reason, bool *hurry);

/*
 * The next zombie to visit in this pass.
 * Return: false when there is none, or, while kmemcgd_targets_walking(), when
 * this step of the walk found none.
 */
bool kmemcgd_targets_next(u64 now_ns, struct kmemcgd_target *target);
bool kmemcgd_targets_walking(void);

/*
 * Ends the pass early, @in_visit: in the middle of a visit. A walk starts anew,
 * and so finds the zombie that was being visited.
 */
void kmemcgd_targets_abandon(bool in_visit);

/* The zombie that was visited last could not be given state. */
void kmemcgd_targets_note_untracked(void);

#endif
