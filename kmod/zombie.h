/* SPDX-License-Identifier: GPL-2.0 */
/* The source that frees zombie memcgs. */
#ifndef KMEMCGD_ZOMBIE_H
#define KMEMCGD_ZOMBIE_H

#include <linux/types.h>

#include "source.h"

extern const struct kmemcgd_source kmemcgd_zombie_source;

/* For struct kmemcgd_cgroup_listener, which says when they are called. */
void kmemcgd_zombie_queued(void);
void kmemcgd_zombie_released(u64 cgroup_id);

/**
 * kmemcgd_zombie_reap_all - visit every zombie now, whatever its backoff
 * kmemcgd_zombie_reap_one - visit this one now
 * @css_id: its css id
 * @cgroup_id: its cgroup id
 * @capped: under the CPU cap, and no faster than the background does it
 *
 * Context: may sleep.
 * Return: the id of the pass that will have done it when it ends. _one: 0 when
 *	too many requests wait.
 */
u64 kmemcgd_zombie_reap_all(bool capped);
u64 kmemcgd_zombie_reap_one(int css_id, u64 cgroup_id, bool capped);

/* Zombies that are known of: with state, without, and not visited yet. */
u64 kmemcgd_zombie_left(void);

#endif
