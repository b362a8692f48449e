// SPDX-License-Identifier: GPL-2.0
/*
 * Freed pages go to a list per CPU, and from there to the zone when the list is
 * full: a batch of 63, and twice as many each next time for as long as nothing
 * is allocated from the list (5.14 and later). After a few thousand pages that
 * is the whole list at once, with interrupts off: milliseconds, in which no
 * other task gets the CPU, whoever frees the page that makes it overflow. Such
 * a run is for the exit of a large process, which wants to be done soon. This
 * thread has time. An allocation halves the batch, so that one now and then
 * keeps it small.
 */
#include <linux/gfp.h>
#include <linux/mm.h>

#include "freelist.h"

#ifdef HAVE_PCP_FREE_FACTOR
static gfp_t gfp_of(struct zone *zone)
{
	switch (zone_idx(zone)) {
#ifdef CONFIG_ZONE_DMA
	case ZONE_DMA:
		return GFP_DMA;
#endif
#ifdef CONFIG_ZONE_DMA32
	case ZONE_DMA32:
		return GFP_DMA32;
#endif
	case ZONE_NORMAL:
		return 0;
	default:
		return __GFP_HIGHMEM;
	}
}

/* Pages freed since the last allocation. */
static unsigned long freed;

static void calm(struct zone *zone)
{
	/* Movable, as page cache is: such pages are on the list by now. */
	gfp_t gfp = gfp_of(zone) | __GFP_MOVABLE | __GFP_THISNODE |
		    __GFP_NOWARN;
	struct page *page = alloc_pages_node(zone_to_nid(zone), gfp, 0);

	if (page)
		__free_page(page);
}

void kmemcgd_freelist_freed(struct zone *zone, unsigned long pages)
{
	freed += pages;
	if (freed < KMEMCGD_FREELIST_PAGES)
		return;
	freed = 0;
	calm(zone);
}
#else
void kmemcgd_freelist_freed(struct zone *zone, unsigned long pages)
{
}
#endif
