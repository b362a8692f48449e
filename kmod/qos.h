/* SPDX-License-Identifier: GPL-2.0 */
/* The memcgs that have a class, and what each is asked to leave to others. */
#ifndef KMEMCGD_QOS_H
#define KMEMCGD_QOS_H

#include <linux/kmemcgd.h>
#include <linux/memcontrol.h>
#include <linux/types.h>

#include <kmemcgd/pressure.h>

#include "memcg.h"

/**
 * struct kmemcgd_member - a memcg with a class
 * @cgroup_id: of its cgroup
 * @css_id: of it
 * @qos: what was set
 * @has_below: something below it has a class of its own
 * @failures: slices in a row that took nothing, or what memory.low protects
 * @stuck_until_ns: it is left alone until then, by ktime_get_ns()
 * @reclaimed_pages: taken from it
 * @cpu_ns: CPU time that this took
 */
struct kmemcgd_member {
	u64 cgroup_id;
	int css_id;
	struct kmemcgd_qos qos;
	bool has_below;
	u32 failures;
	u64 stuck_until_ns;
	u64 reclaimed_pages;
	u64 cpu_ns;
};

/**
 * struct kmemcgd_claim - what a member uses, and may
 * @usage: pages, its descendants' included
 * @safe: of those, left to it
 * @overuse_permille: see kmemcgd_overuse_permille()
 */
struct kmemcgd_claim {
	u64 usage;
	u64 safe;
	u64 overuse_permille;
};

/* Forgets all of them. May sleep. */
void kmemcgd_qos_exit(void);

/*
 * Gives a memcg a class, or changes it.
 * Context: may sleep; one caller at a time.
 * Return: 0, -ENOMEM, or -ENOSPC when there are @max of them.
 */
int kmemcgd_qos_set(u64 cgroup_id, int css_id, const struct kmemcgd_qos *qos,
		    u32 max);

/* Any context. Return: whether it had one. */
bool kmemcgd_qos_delete(u64 cgroup_id);

/* Copies a member; any context. */
bool kmemcgd_qos_get(u64 cgroup_id, struct kmemcgd_member *member);

/* Copies the first whose id is @id or above. */
bool kmemcgd_qos_next(u64 id, struct kmemcgd_member *member);

/* Whether it has a class; any context, cheap. */
bool kmemcgd_qos_has(u64 cgroup_id);

/* How many there are, and how many of a class; any context. */
u32 kmemcgd_qos_count(void);
u32 kmemcgd_qos_count_class(u32 class);

/* Changes whenever a memcg gets a class or loses it; any context. */
u32 kmemcgd_qos_generation(void);

/* For the thread that takes from them: writes back what it has learned. */
void kmemcgd_qos_update(const struct kmemcgd_member *member);

/*
 * Finds out for all of them whether they have one below, unless that is known;
 * as of now, and so for those that are copied later. May sleep.
 */
void kmemcgd_qos_find_below(void);

/* @memcg: kept by RCU or a reference */
static inline void kmemcgd_qos_read_claim(struct mem_cgroup *memcg,
					  const struct kmemcgd_qos *qos,
					  struct kmemcgd_claim *claim)
{
	claim->usage = page_counter_read(&memcg->memory);
	claim->safe = kmemcgd_safe_pages(qos, kmemcgd_memcg_base(memcg),
					 kmemcgd_memcg_low(memcg), PAGE_SHIFT);
	claim->overuse_permille = kmemcgd_overuse_permille(claim->usage,
							   claim->safe);
}

static inline bool kmemcgd_claim_over(const struct kmemcgd_claim *claim)
{
	return claim->usage >= claim->safe + KMEMCGD_OVER_MIN;
}

#endif
