/* SPDX-License-Identifier: GPL-2.0 */
/* Letting go of a zombie's page cache, file by file. */
#ifndef KMEMCGD_CACHE_H
#define KMEMCGD_CACHE_H

#include <linux/kmemcgd.h>
#include <linux/memcontrol.h>

#include "source.h"

/**
 * struct kmemcgd_cache_cursor - how far a visit of one zombie has come
 * @node: NUMA node
 * @list: LRU list of that node
 * @left: folios still to look at on that list
 * @entered: whether @left is set
 * @stuck: folios that stayed, by what holds them
 */
struct kmemcgd_cache_cursor {
	int node;
	unsigned int list;
	unsigned long left;
	bool entered;
	u32 stuck[KMEMCGD_PIN_MAX + 1];
};

/* A cursor at the beginning. */
void kmemcgd_cache_start(struct kmemcgd_cache_cursor *cursor);

/**
 * kmemcgd_cache_let_go - take page cache from a zombie until the budget ends
 * @memcg: the zombie, with a reference
 * @cursor: where to go on
 * @budget: pages and time that may be used
 * @result: what was taken is added here
 *
 * Takes the folio at the end of an LRU list, and with it what the file that
 * it belongs to has of zombies: the whole inode where nobody uses it, else as
 * many pages in a row as the budget has. Only pages of zombies are taken.
 *
 * Context: may sleep.
 * Return: true when all lists were gone through.
 */
bool kmemcgd_cache_let_go(struct mem_cgroup *memcg,
			  struct kmemcgd_cache_cursor *cursor,
			  const struct kmemcgd_budget *budget,
			  struct kmemcgd_result *result);

#endif
