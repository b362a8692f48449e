/* SPDX-License-Identifier: GPL-2.0 */
/* What is done about one memcg with a watermark. */
#ifndef KMEMCGD_WATCH_H
#define KMEMCGD_WATCH_H

#include "source.h"
#include "watches.h"

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
