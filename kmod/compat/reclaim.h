/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The prototype of try_to_free_mem_cgroup_pages(): a flag until 5.19, then
 * options, and from 6.8 a swappiness as well.
 */
#ifndef KMEMCGD_COMPAT_RECLAIM_H
#define KMEMCGD_COMPAT_RECLAIM_H

#include <linux/build_bug.h>
#include <linux/memcontrol.h>
#include <linux/swap.h>

#if defined(HAVE_RECLAIM_MAY_SWAP)
#define KMEMCGD_RECLAIM_ARGS(may_swap, swappiness) (may_swap)
typedef unsigned long kmemcgd_reclaim_t(struct mem_cgroup *, unsigned long,
					gfp_t, bool);
#elif defined(HAVE_RECLAIM_SWAPPINESS)
#define KMEMCGD_RECLAIM_ARGS(may_swap, swappiness) \
	MEMCG_RECLAIM_PROACTIVE | ((may_swap) ? MEMCG_RECLAIM_MAY_SWAP : 0), \
	swappiness
typedef unsigned long kmemcgd_reclaim_t(struct mem_cgroup *, unsigned long,
					gfp_t, unsigned int, int *);
#else
#define KMEMCGD_RECLAIM_ARGS(may_swap, swappiness) \
	MEMCG_RECLAIM_PROACTIVE | ((may_swap) ? MEMCG_RECLAIM_MAY_SWAP : 0)
typedef unsigned long kmemcgd_reclaim_t(struct mem_cgroup *, unsigned long,
					gfp_t, unsigned int);
#endif

static_assert(__builtin_types_compatible_p(typeof(try_to_free_mem_cgroup_pages),
					   kmemcgd_reclaim_t),
	      "kmemcgd does not know this kernel's try_to_free_mem_cgroup_pages()");

#endif
