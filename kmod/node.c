// SPDX-License-Identifier: GPL-2.0
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/nodemask.h>
#include <linux/vmstat.h>

#include "node.h"

/*
 * The kernel wakes kswapd when no zone is above its low watermark. A zone keeps
 * some for those who can't use a higher one; nobody else gets that.
 */
static u64 zone_margin(const struct zone *zone)
{
	return kmemcgd_less(zone_page_state((struct zone *)zone, NR_FREE_PAGES),
			    low_wmark_pages(zone) +
			    zone->lowmem_reserve[ZONE_NORMAL]);
}

static void read_node(int id, struct kmemcgd_node *node)
{
	const struct pglist_data *pgdat = NODE_DATA(id);
	int i;

	*node = (struct kmemcgd_node){ .id = id };
	for (i = 0; i < MAX_NR_ZONES; i++) {
		const struct zone *zone = &pgdat->node_zones[i];
		u64 pages = zone_managed_pages((struct zone *)zone);

		if (!pages)
			continue;
		node->pages += pages;
		node->margin += zone_margin(zone);
	}
}

/* Below zero: tight. */
static s64 distance(const struct kmemcgd_node *node)
{
	return (s64)node->margin - (s64)node->margins.threshold;
}

struct kmemcgd_node kmemcgd_node_tightest(const struct kmemcgd_keep_free *keep)
{
	struct kmemcgd_node tightest = {}, node;
	u64 host = totalram_pages();
	int id;

	for_each_online_node(id) {
		read_node(id, &node);
		if (!node.pages)
			continue;
		node.margins = kmemcgd_margins_compute(keep, node.pages, host,
						       PAGE_SHIFT);
		if (!tightest.pages || distance(&node) < distance(&tightest))
			tightest = node;
	}
	return tightest;
}
