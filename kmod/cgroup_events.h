/* SPDX-License-Identifier: GPL-2.0 */
/* What the kernel's tracepoints tell of memcgs: made, removed, joined, short. */
#ifndef KMEMCGD_CGROUP_EVENTS_H
#define KMEMCGD_CGROUP_EVENTS_H

#include <linux/types.h>

struct mem_cgroup;

/**
 * struct kmemcgd_removal - a cgroup with a memcg was removed
 * @cgroup_id: its id
 * @time_ns: ktime_get_ns() of the removal
 * @css_id: of its memcg
 */
struct kmemcgd_removal {
	u64 cgroup_id;
	u64 time_ns;
	int css_id;
};

/**
 * struct kmemcgd_cgroup_listener - who hears of it
 * @created: a cgroup with a memcg was made
 * @removed: a cgroup with a memcg was removed
 * @queued: the queue of removals was empty and is not any more
 * @released: the cgroup of that id is being freed
 * @attached: a task was moved into this one
 * @stalled: a task reclaims for itself, because this memcg or an ancestor has
 *	     no room
 *
 * All but the last are called with cgroup_mutex held and interrupts off, the
 * last under RCU in the task's context.
 */
struct kmemcgd_cgroup_listener {
	void (*created)(u64 cgroup_id, int css_id);
	void (*removed)(u64 cgroup_id);
	void (*queued)(void);
	void (*released)(u64 cgroup_id);
	void (*attached)(struct mem_cgroup *memcg);
	void (*stalled)(struct mem_cgroup *memcg);
};

/*
 * Attaches to the tracepoints, and says in the capabilities which were there.
 * May sleep. Never fails: without tracepoints nothing is heard.
 */
void kmemcgd_cgroup_events_init(const struct kmemcgd_cgroup_listener *listener);

/* When it returns, no listener runs and none will. May sleep. */
void kmemcgd_cgroup_events_exit(void);

/* The oldest removal, without and with taking it. Engine's thread only. */
bool kmemcgd_removals_peek(struct kmemcgd_removal *removal);
bool kmemcgd_removals_pop(struct kmemcgd_removal *removal);

/* How many wait; any context. */
u32 kmemcgd_removals_count(void);

/* Whether some did not fit into the queue since the last call. */
bool kmemcgd_removals_overflowed(void);

#endif
