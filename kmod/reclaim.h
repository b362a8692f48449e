/* SPDX-License-Identifier: GPL-2.0 */
/* The one door to the kernel's reclaim of a memcg. */
#ifndef KMEMCGD_RECLAIM_H
#define KMEMCGD_RECLAIM_H

#include <linux/memcontrol.h>

/**
 * kmemcgd_reclaim_pages - have the kernel reclaim from a memcg by LRU
 * @memcg: with a reference
 * @pages: how many to ask for; the kernel asks for 32 at least
 * @may_swap: whether anonymous memory may be swapped out
 * @swappiness: 0 to 200, or NULL for the memcg's own; ignored without
 *	KMEMCGD_CAP_SWAPPINESS
 *
 * Takes from descendants as well. Their memory.min holds; their memory.low does
 * as long as there is anything else to take, which its low events tell.
 *
 * Context: may sleep, without locks that the I/O or filesystem paths take.
 * Return: pages reclaimed; may be more than asked for.
 */
unsigned long kmemcgd_reclaim_pages(struct mem_cgroup *memcg,
				    unsigned long pages, bool may_swap,
				    int *swappiness);

/*
 * Returns the charges that CPUs keep in stock for it; finishes later.
 * Return: false where the kernel's function is not to be had.
 */
bool kmemcgd_reclaim_stock(struct mem_cgroup *memcg);

#endif
