/* SPDX-License-Identifier: GPL-2.0 */
/* What is done about one memcg with a watermark. */
#ifndef KMEMCGD_WATCH_H
#define KMEMCGD_WATCH_H

#include "source.h"
#include "watches.h"

/*
 * Looks that are far away happen together, in steps of 2^30 ns (1.07 s), so
 * that they need one wakeup: the step after a time.
 */
static inline u64 kmemcgd_watch_far_ns(u64 time_ns)
{
	return ((time_ns >> 30) + 1) << 30;
}

/**
 * kmemcgd_watch_serve - look at a memcg, and reclaim a slice if need be
 * @watch: from kmemcgd_watches_take(); given back, or removed with the memcg
 * @budget: of the slice
 * @result: added to
 *
 * Context: may sleep.
 */
void kmemcgd_watch_serve(struct kmemcgd_watch *watch,
			 const struct kmemcgd_budget *budget,
			 struct kmemcgd_result *result);

#endif
