/* SPDX-License-Identifier: GPL-2.0 */
/* Walking the memcgs of the host, offline ones included. */
#ifndef KMEMCGD_MEMCG_H
#define KMEMCGD_MEMCG_H

#include <linux/cgroup.h>
#include <linux/memcontrol.h>

/**
 * struct kmemcgd_memcg_usage - what is charged to a memcg
 * @memory_pages: its memory counter, descendants included
 * @swap_pages: its swap counter, likewise
 * @file_pages: page cache on its own LRU lists
 * @anon_pages: anonymous memory and shmem on its own LRU lists
 * @unevictable_pages: locked memory of its own
 */
struct kmemcgd_memcg_usage {
	u64 memory_pages;
	u64 swap_pages;
	u64 file_pages;
	u64 anon_pages;
	u64 unevictable_pages;
};

/* 1 or 2: which hierarchy the memory controller is on. */
unsigned int kmemcgd_memcg_cgroup_version(void);

/**
 * kmemcgd_memcg_next - the next memcg in the order of css ids
 * @css_id: where to start; set to the id of what was found
 *
 * The order does not change while ids live, so a walk resumes at @css_id + 1
 * without holding anything. Ids are reused, lowest first: a memcg that is
 * created during a walk may be missed.
 *
 * Context: under rcu_read_lock(), which also keeps the result alive.
 * Return: a memcg without a reference, or NULL at the end.
 */
struct mem_cgroup *kmemcgd_memcg_next(int *css_id);

/**
 * kmemcgd_memcg_get - a zombie by its css id, checked by its cgroup id
 *
 * Context: any; takes RCU.
 * Return: the memcg with a css reference, or NULL when it is gone or alive.
 */
struct mem_cgroup *kmemcgd_memcg_get_zombie(int css_id, u64 cgroup_id);

/**
 * kmemcgd_memcg_online - a living memcg by its css id and its cgroup id
 *
 * Context: under rcu_read_lock(), which keeps the result alive.
 * Return: the memcg without a reference, or NULL when it is gone or going.
 */
struct mem_cgroup *kmemcgd_memcg_online(int css_id, u64 cgroup_id);

/* Whether there is such a memcg, and it is living; any context. */
bool kmemcgd_memcg_id_is_online(int css_id, u64 cgroup_id);

/* Whether this memcg, if it is still there, kmemcgd_memcg_is_going(). */
bool kmemcgd_memcg_id_is_going(int css_id, u64 cgroup_id);

/**
 * kmemcgd_memcg_find - a memcg by its cgroup id
 * @css_id: set to its css id
 *
 * Walks them all, with a chance to reschedule every thousand.
 *
 * Context: may sleep.
 * Return: the memcg with a css reference, or NULL.
 */
struct mem_cgroup *kmemcgd_memcg_find(u64 cgroup_id, int *css_id);

/* Reads counters that others change: no context needed beyond a live memcg. */
void kmemcgd_memcg_read_usage(struct mem_cgroup *memcg,
			      struct kmemcgd_memcg_usage *usage);

/* The lower of its limits, memory.high and memory.max; U64_MAX: none. */
static inline u64 kmemcgd_memcg_base(struct mem_cgroup *memcg)
{
	u64 base = min(READ_ONCE(memcg->memory.high),
		       READ_ONCE(memcg->memory.max));

	return base < PAGE_COUNTER_MAX ? base : U64_MAX;
}

/* What memory.low or memory.min leaves to it; 0 in cgroup v1. */
static inline u64 kmemcgd_memcg_low(struct mem_cgroup *memcg)
{
	return max(READ_ONCE(memcg->memory.low), READ_ONCE(memcg->memory.min));
}

/* How often one of these was in the way, of this memcg and no other. */
static inline u64 kmemcgd_memcg_hits(struct mem_cgroup *memcg)
{
	return atomic_long_read(&memcg->memory_events_local[MEMCG_HIGH]) +
	       atomic_long_read(&memcg->memory_events_local[MEMCG_MAX]);
}

/* How often reclaim took what memory.low protects, in it or below. */
static inline u64 kmemcgd_memcg_low_events(struct mem_cgroup *memcg)
{
	return atomic_long_read(&memcg->memory_events[MEMCG_LOW]);
}

/*
 * File pages that were read again shortly after they had been reclaimed, its
 * descendants' included, as of the last reclaim.
 */
u64 kmemcgd_memcg_refaults(struct mem_cgroup *memcg);

static inline u64 kmemcgd_memcg_id(struct mem_cgroup *memcg)
{
	return cgroup_id(memcg->css.cgroup);
}

/*
 * Removed, but not offline yet: that takes the kernel a grace period of RCU
 * and a turn of a workqueue.
 */
static inline bool kmemcgd_memcg_is_going(struct mem_cgroup *memcg)
{
	unsigned int flags = READ_ONCE(memcg->css.flags);

	return (flags & CSS_DYING) && (flags & CSS_ONLINE);
}

/* Removed, and offline as well: nothing can be charged to it any more. */
static inline bool kmemcgd_memcg_is_zombie(struct mem_cgroup *memcg)
{
	unsigned int flags = READ_ONCE(memcg->css.flags);

	return (flags & CSS_DYING) && !(flags & CSS_ONLINE);
}

/*
 * References to the css of a zombie. Exact: a css is offline only after its
 * percpu reference count was switched to an atomic one.
 */
static inline u64 kmemcgd_memcg_refs(struct mem_cgroup *memcg)
{
	return atomic_long_read(&memcg->css.refcnt.data->count);
}

static inline u32 kmemcgd_memcg_descendants(struct mem_cgroup *memcg)
{
	struct cgroup *cgroup = memcg->css.cgroup;

	return READ_ONCE(cgroup->nr_descendants) +
	       READ_ONCE(cgroup->nr_dying_descendants);
}

#endif
