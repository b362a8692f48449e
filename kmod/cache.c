// SPDX-License-Identifier: GPL-2.0
/*
 * Letting go of a zombie's page cache, file by file.
 *
 * The usual way, reclaim by LRU, goes through all priorities and shrinkers
 * for a handful of pages, and leaves the inode, whose writeback structure
 * holds the zombie as well. Asking the page for its inode and evicting that
 * is cheaper and takes both pins at once; it does not look at anything that
 * is not a zombie's, however much there is on the host.
 */
#include <linux/fs.h>
#include <linux/nodemask.h>
#include <linux/pagemap.h>

#include "cache.h"
#include "compat/folio.h"
#include "freelist.h"
#include "inode.h"
#include "params.h"

void kmemcgd_cache_start(struct kmemcgd_cache_cursor *cursor)
{
	*cursor = (struct kmemcgd_cache_cursor){ .node = first_memory_node };
}

static void next_list(struct kmemcgd_cache_cursor *cursor,
		      struct mem_cgroup *memcg)
{
	struct lruvec *lruvec = kmemcgd_lruvec(memcg, cursor->node);

	cursor->entered = false;
	cursor->list++;
	if (kmemcgd_file_list(lruvec, cursor->list))
		return;
	cursor->list = 0;
	cursor->node = next_memory_node(cursor->node);
}

/*
 * Steps over nodes where it has no page cache: most zombies have little, on
 * one node, and after 7.1 none at all. False: there is none left.
 */
static bool find_node(struct kmemcgd_cache_cursor *cursor,
		      struct mem_cgroup *memcg)
{
	while (cursor->node < MAX_NUMNODES &&
	       !kmemcgd_lru_pages(memcg, cursor->node, true)) {
		cursor->entered = false;
		cursor->list = 0;
		cursor->node = next_memory_node(cursor->node);
	}
	return cursor->node < MAX_NUMNODES;
}

/*
 * The folio at the end of the cursor's list, with a reference. It goes to the
 * other end, as reclaim does with what it can't take, so that those behind it
 * get their turn.
 */
static struct folio *take_folio(struct kmemcgd_cache_cursor *cursor,
				struct mem_cgroup *memcg)
{
	struct lruvec *lruvec = kmemcgd_lruvec(memcg, cursor->node);
	struct list_head *list = kmemcgd_file_list(lruvec, cursor->list);
	struct folio *folio = NULL;

	if (!cursor->entered) {
		cursor->left = list_empty(list) ?
			0 : kmemcgd_lru_pages(memcg, cursor->node, true);
		cursor->entered = true;
	}
	if (!cursor->left)
		return NULL;
	spin_lock_irq(kmemcgd_lru_lock(lruvec, cursor->node));
	while (cursor->left && !list_empty(list) && !folio) {
		cursor->left--;
		folio = list_last_entry(list, struct folio, lru);
		list_move(&folio->lru, list);
		if (!folio_try_get(folio))
			folio = NULL;
	}
	spin_unlock_irq(kmemcgd_lru_lock(lruvec, cursor->node));
	return folio;
}

/*
 * The inode of a folio, held; else NULL, and the pin says why. KMEMCGD_PIN_NONE
 * means that the folio is not in the page cache any more.
 */
static struct inode *hold_inode_of(struct folio *folio, pgoff_t *index,
				   enum kmemcgd_pin *pin)
{
	struct address_space *mapping;
	struct inode *inode = NULL;

	*pin = KMEMCGD_PIN_FILE;
	if (!folio_trylock(folio))
		return NULL;
	mapping = READ_ONCE(folio->mapping);
	*index = folio->index;
	if (folio_test_anon(folio) || folio_test_swapbacked(folio))
		*pin = KMEMCGD_PIN_SHMEM;
	else if (!mapping)
		*pin = KMEMCGD_PIN_NONE;
	else if (folio_test_dirty(folio) || folio_test_writeback(folio))
		*pin = KMEMCGD_PIN_DIRTY;
	else if (kmemcgd_inode_hold(mapping->host))
		inode = mapping->host;
	folio_unlock(folio);
	return inode;
}

/* Takes these pages out of the page cache, most of which are of that zone. */
static unsigned long invalidate(struct inode *inode, pgoff_t index,
				unsigned long pages, struct zone *zone)
{
	pgoff_t end = index + pages;
	unsigned long taken = 0;

	for (; index < end; index += KMEMCGD_FREELIST_PAGES) {
		pgoff_t last = min(index + KMEMCGD_FREELIST_PAGES, end) - 1;
		unsigned long now;

		now = invalidate_mapping_pages(inode->i_mapping, index, last);
		kmemcgd_freelist_freed(zone, now);
		taken += now;
	}
	return taken;
}

/* Takes what zombies have of this inode; says what stopped it, or NONE. */
static enum kmemcgd_pin let_go_of(struct inode *inode, pgoff_t index,
				  struct zone *zone, u32 max_pages,
				  struct kmemcgd_result *result)
{
	unsigned long run, taken, pages;

	if (S_ISREG(inode->i_mode) && kmemcgd_param(KMEMCGD_A_CONFIG_INODES)) {
		switch (kmemcgd_inode_judge(inode, KMEMCGD_EVICT_MAX_PAGES)) {
		case KMEMCGD_INODE_UNUSED:
			pages = inode->i_mapping->nrpages;
			if (!kmemcgd_inode_evict(inode))
				break;
			result->pages += pages;
			result->inodes++;
			return KMEMCGD_PIN_NONE;
		case KMEMCGD_INODE_DIRTY:
		case KMEMCGD_INODE_STALE:
			/* Its pages lead to it once it is written. */
			return KMEMCGD_PIN_DIRTY;
		default:
			break;
		}
	}
	/* A device's other pages are others' metadata: each zombie tries its own. */
	run = kmemcgd_inode_run(inode, index,
				S_ISBLK(inode->i_mode) ? 1 : max_pages);
	if (!run)
		return KMEMCGD_PIN_NONE;
	taken = invalidate(inode, index, run, zone);
	result->pages += taken;
	if (taken)
		return KMEMCGD_PIN_NONE;
	return S_ISBLK(inode->i_mode) ? KMEMCGD_PIN_JOURNAL : KMEMCGD_PIN_FILE;
}

bool kmemcgd_cache_let_go(struct mem_cgroup *memcg,
			  struct kmemcgd_cache_cursor *cursor,
			  const struct kmemcgd_budget *budget,
			  struct kmemcgd_result *result)
{
	/* The budget is looked at last: what is done needs no other slice. */
	while (find_node(cursor, memcg)) {
		enum kmemcgd_pin pin;
		struct folio *folio;
		struct inode *inode;
		struct zone *zone;
		pgoff_t index;

		if (kmemcgd_budget_used(budget, result))
			return false;
		folio = take_folio(cursor, memcg);
		if (!folio) {
			next_list(cursor, memcg);
			continue;
		}
		zone = folio_zone(folio);
		inode = hold_inode_of(folio, &index, &pin);
		/* Our reference would keep the folio in the cache. */
		folio_put(folio);
		if (inode) {
			pin = let_go_of(inode, index, zone, budget->pages,
					result);
			kmemcgd_inode_release(inode);
		}
		if (pin != KMEMCGD_PIN_NONE)
			cursor->stuck[pin]++;
	}
	return true;
}
