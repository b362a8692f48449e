/* SPDX-License-Identifier: GPL-2.0 */
/* Letting go of all that pins one zombie, and telling what stayed. */
#ifndef KMEMCGD_PINS_H
#define KMEMCGD_PINS_H

#include <linux/kmemcgd.h>
#include <linux/memcontrol.h>

#include "cache.h"
#include "source.h"

/**
 * struct kmemcgd_visit - one visit of one zombie, over as many slices as needed
 * @cursor: how far its page cache was gone through
 * @tries: visits before this one that did not free it
 * @sliced: it had a slice
 * @took: pages or inodes: it may be released soon
 * @cache_done: its page cache was gone through
 */
struct kmemcgd_visit {
	struct kmemcgd_cache_cursor cursor;
	u16 tries;
	bool sliced;
	bool took;
	bool cache_done;
};

void kmemcgd_pins_start(struct kmemcgd_visit *visit, u16 tries);

/**
 * kmemcgd_pins_let_go - one slice of a visit
 * @memcg: the zombie, with a reference
 *
 * Context: may sleep.
 * Return: true when nothing more can be done in this visit.
 */
bool kmemcgd_pins_let_go(struct mem_cgroup *memcg, struct kmemcgd_visit *visit,
			 const struct kmemcgd_budget *budget,
			 struct kmemcgd_result *result);

/**
 * kmemcgd_pins_classify - what keeps a zombie after a visit
 *
 * Return: KMEMCGD_PIN_NONE when only the caller's reference is left.
 */
enum kmemcgd_pin kmemcgd_pins_classify(struct mem_cgroup *memcg,
				       const struct kmemcgd_visit *visit);

#endif
