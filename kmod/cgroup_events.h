/* SPDX-License-Identifier: GPL-2.0 */
/* Removed and released cgroups, as the kernel's tracepoints tell of them. */
#ifndef KMEMCGD_CGROUP_EVENTS_H
#define KMEMCGD_CGROUP_EVENTS_H

#include <linux/types.h>

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
 * @removed: the queue of removals was empty and is not any more
 * @released: the cgroup of that id is being freed
 *
 * Both are called with cgroup_mutex held and interrupts off.
 */
struct kmemcgd_cgroup_listener {
	void (*removed)(void);
	void (*released)(u64 cgroup_id);
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
