// SPDX-License-Identifier: GPL-2.0
#include <linux/gfp.h>

#include "reclaim.h"
#include "symbols.h"

unsigned long kmemcgd_reclaim_pages(struct mem_cgroup *memcg,
				    unsigned long pages, bool may_swap,
				    int *swappiness)
{
	return static_call(kmemcgd_try_to_free_pages)(memcg, pages, GFP_KERNEL,
						      KMEMCGD_RECLAIM_ARGS(may_swap, swappiness));
}

bool kmemcgd_reclaim_stock(struct mem_cgroup *memcg)
{
	if (!kmemcgd_capable(KMEMCGD_CAP_STOCK_DRAIN))
		return false;
	static_call(kmemcgd_drain_all_stock)(memcg);
	return true;
}
