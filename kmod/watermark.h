/* SPDX-License-Identifier: GPL-2.0 */
/* The sources that keep memcgs with a policy below their limits. */
#ifndef KMEMCGD_WATERMARK_SOURCE_H
#define KMEMCGD_WATERMARK_SOURCE_H

#include <kmemcgd/watermark.h>

#include "source.h"

struct mem_cgroup;

/* Looks at memcgs and reclaims from them; several threads may share it. */
extern const struct kmemcgd_source kmemcgd_watermark_source;

/* Finds the memcgs that policies apply to; for one thread. */
extern const struct kmemcgd_source kmemcgd_policy_source;

/* For struct kmemcgd_cgroup_listener, which says when they are called. */
void kmemcgd_watermark_created(u64 cgroup_id, int css_id);
void kmemcgd_watermark_removed(u64 cgroup_id);
void kmemcgd_watermark_attached(struct mem_cgroup *memcg);
void kmemcgd_watermark_stalled(struct mem_cgroup *memcg);

/*
 * After policies were changed: finds out what applies to each memcg, and
 * watches those that need it. May sleep; any thread.
 * Return: 0, -ENOMEM or -ENOSPC when some memcg is not watched that should be.
 */
int kmemcgd_watermark_apply(void);

#endif
