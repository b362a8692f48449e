/* SPDX-License-Identifier: GPL-2.0 */
/* Watermark policies: one for the host, and one for each memcg that has its own. */
#ifndef KMEMCGD_POLICIES_H
#define KMEMCGD_POLICIES_H

#include <linux/types.h>

#include <kmemcgd/watermark.h>

struct mem_cgroup;

/* The host's default has this id; no cgroup does. */
#define KMEMCGD_POLICY_DEFAULT 0

/*
 * Sets or replaces the policy of a cgroup id, or the default.
 * @css_id: of its memcg; 0 for the default
 * Context: may sleep.
 * Return: 0, -ENOMEM, or -ENOSPC when there are @max of them.
 */
int kmemcgd_policies_set(u64 id, int css_id,
			 const struct kmemcgd_wmark_policy *policy, u32 max);

/* Whether there was one; any context. */
bool kmemcgd_policies_delete(u64 id);

/* Deletes them all. May sleep. */
void kmemcgd_policies_exit(void);

/* Copies the policy that was set for an id; any context. */
bool kmemcgd_policies_get(u64 id, struct kmemcgd_wmark_policy *policy);

/*
 * The first policy with an id of @id or above.
 * Return: whether there is one; @id and @css_id are its ids.
 */
bool kmemcgd_policies_next(u64 *id, int *css_id,
			   struct kmemcgd_wmark_policy *policy);

/* Whether there are any; any context. */
bool kmemcgd_policies_any(void);

/* Changes whenever a policy does; any context. */
u32 kmemcgd_policies_generation(void);

/**
 * kmemcgd_policies_effective - the policy that applies to a memcg
 * @memcg: kept by RCU
 * @policy: set to it
 * @id: set to the id that it was set for
 *
 * Its own, that of the nearest ancestor that has one, or the default. The root
 * has no limit, and none applies to it.
 *
 * Context: under rcu_read_lock().
 * Return: whether there is one that does something.
 */
bool kmemcgd_policies_effective(struct mem_cgroup *memcg,
				struct kmemcgd_wmark_policy *policy, u64 *id);

#endif
