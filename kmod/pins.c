// SPDX-License-Identifier: GPL-2.0
/*
 * Letting go of all that pins one zombie, in the order of least collateral:
 * inodes and pages that nobody uses, charges in stock, and only then, from
 * the third visit on, what the kernel's reclaim would take of the rest.
 */
#include "compat/folio.h"
#include "memcg.h"
#include "params.h"
#include "pins.h"
#include "reclaim.h"
#include "stats.h"
#include "symbols.h"
#include "writeback.h"

/* Pages that somebody uses are left alone for as many visits. */
#define RECLAIM_AFTER_TRIES 2
/* The visit in which stocks are drained, counted from 0. */
#define DRAIN_AT_TRIES 1
void kmemcgd_pins_start(struct kmemcgd_visit *visit, u16 tries)
{
	*visit = (struct kmemcgd_visit){ .tries = tries };
	kmemcgd_cache_start(&visit->cursor);
}

/* What reclaim by LRU could take of it, in pages. */
static u64 reclaimable(const struct kmemcgd_visit *visit,
		       const struct kmemcgd_memcg_usage *usage)
{
	u64 pages = 0;

	if (visit->cursor.stuck[KMEMCGD_PIN_FILE] &&
	    visit->tries >= RECLAIM_AFTER_TRIES)
		pages += usage->file_pages;
	if (kmemcgd_param(KMEMCGD_A_CONFIG_SWAP))
		pages += usage->anon_pages;
	return pages;
}

bool kmemcgd_pins_let_go(struct mem_cgroup *memcg, struct kmemcgd_visit *visit,
			 const struct kmemcgd_budget *budget,
			 struct kmemcgd_result *result)
{
	struct kmemcgd_memcg_usage usage;
	u64 pages;

	if (!visit->cache_done) {
		visit->cache_done = kmemcgd_cache_let_go(memcg, &visit->cursor,
							 budget, result);
		if (!visit->cache_done)
			return false;
	}
	kmemcgd_memcg_read_usage(memcg, &usage);
	pages = reclaimable(visit, &usage);
	if (pages) {
		unsigned long taken;

		taken = kmemcgd_reclaim_pages(memcg, min_t(u64, pages, budget->pages),
					      kmemcgd_param(KMEMCGD_A_CONFIG_SWAP),
					      NULL);
		result->pages += taken;
		/* Asking again to hear 0 costs a scan at all priorities. */
		if (taken && taken < pages)
			return false;
	}
	/*
	 * Charges in stock look like charges that the parent has taken over,
	 * so they are returned once, when nothing else can be seen.
	 */
	if (visit->tries == DRAIN_AT_TRIES && usage.memory_pages &&
	    !usage.file_pages && !usage.anon_pages &&
	    kmemcgd_reclaim_stock(memcg))
		kmemcgd_stats_add(KMEMCGD_A_STATS_STOCK_DRAINS, 1);
	return true;
}

/* Only cgroup v2 has writeback per cgroup. */
static enum kmemcgd_pin held_by_writeback(struct mem_cgroup *memcg,
					  const struct kmemcgd_visit *visit)
{
	if (kmemcgd_memcg_cgroup_version() != 2)
		return KMEMCGD_PIN_NONE;
	/* Nearly all are at first, and to have them detached costs no look. */
	if (!visit->tries || !kmemcgd_capable(KMEMCGD_CAP_WB_LOOKUP))
		return KMEMCGD_PIN_INODE;
	return kmemcgd_writeback_pin(memcg);
}

enum kmemcgd_pin kmemcgd_pins_classify(struct mem_cgroup *memcg,
				       const struct kmemcgd_visit *visit)
{
	const u32 *stuck = visit->cursor.stuck;
	struct kmemcgd_memcg_usage usage;
	enum kmemcgd_pin pin;

	if (kmemcgd_memcg_refs(memcg) <= 1)
		return KMEMCGD_PIN_NONE;
	/* Those that go by themselves first: they decide about the retry. */
	if (stuck[KMEMCGD_PIN_DIRTY])
		return KMEMCGD_PIN_DIRTY;
	if (stuck[KMEMCGD_PIN_JOURNAL])
		return KMEMCGD_PIN_JOURNAL;
	if (stuck[KMEMCGD_PIN_FILE])
		return KMEMCGD_PIN_FILE;

	kmemcgd_memcg_read_usage(memcg, &usage);
	if (stuck[KMEMCGD_PIN_SHMEM] || usage.anon_pages)
		return KMEMCGD_PIN_SHMEM;
	if (usage.unevictable_pages)
		return KMEMCGD_PIN_FILE;
	if (usage.swap_pages)
		return KMEMCGD_PIN_SWAP;
	if (kmemcgd_memcg_descendants(memcg))
		return KMEMCGD_PIN_OTHER;
	/* Folios on their way between the CPUs' batches and the lists. */
	if (usage.file_pages)
		return KMEMCGD_PIN_FILE;
	pin = held_by_writeback(memcg, visit);
	if (pin != KMEMCGD_PIN_NONE)
		return pin;
	return kmemcgd_kmem_pins(memcg) ? KMEMCGD_PIN_SLAB : KMEMCGD_PIN_OTHER;
}
