/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Folios (5.16 and later) for kernels that have pages only, the memcg that a
 * folio is charged to, and the LRU lists with their lock.
 */
#ifndef KMEMCGD_COMPAT_FOLIO_H
#define KMEMCGD_COMPAT_FOLIO_H

#include <linux/memcontrol.h>
#include <linux/mm.h>
#include <linux/mm_inline.h>
#include <linux/pagemap.h>

#ifndef HAVE_FOLIO
/* The page cache of these kernels has head pages at every index we look at. */
#define folio page

static inline bool folio_try_get(struct folio *folio)
{
	return get_page_unless_zero(folio);
}

static inline void folio_put(struct folio *folio)
{
	put_page(folio);
}

static inline bool folio_trylock(struct folio *folio)
{
	return trylock_page(folio);
}

static inline void folio_unlock(struct folio *folio)
{
	unlock_page(folio);
}

static inline struct zone *folio_zone(struct folio *folio)
{
	return page_zone(folio);
}

static inline long folio_nr_pages(struct folio *folio)
{
	return compound_nr(folio);
}

static inline bool folio_test_anon(struct folio *folio)
{
	return PageAnon(folio);
}

static inline bool folio_test_swapbacked(struct folio *folio)
{
	return PageSwapBacked(folio);
}

static inline bool folio_test_dirty(struct folio *folio)
{
	return PageDirty(folio);
}

static inline bool folio_test_writeback(struct folio *folio)
{
	return PageWriteback(folio);
}
#endif /* !HAVE_FOLIO */

/*
 * The memcg that a folio is charged to, or NULL. Only valid under RCU; the
 * folio may be anything by then, so nothing but the memcg's flags is read.
 */
static inline struct mem_cgroup *kmemcgd_folio_memcg(struct folio *folio)
{
#ifdef HAVE_PAGE_MEMCG_CHECK
	return page_memcg_check((struct page *)folio);
#else
	unsigned long memcg = (unsigned long)READ_ONCE(folio->mem_cgroup);

	/* Bit 0 marks a slab page's vector of objcgs. */
	return memcg & 1 ? NULL : (struct mem_cgroup *)memcg;
#endif
}

/* mem_cgroup_lruvec() refers to root_mem_cgroup, which is not exported. */
static inline struct lruvec *kmemcgd_lruvec(struct mem_cgroup *memcg, int nid)
{
	return &memcg->nodeinfo[nid]->lruvec;
}

/* Whether pages of kernel memory hold the memcg itself, and not an objcg. */
static inline bool kmemcgd_kmem_pins(struct mem_cgroup *memcg)
{
#ifdef HAVE_PAGE_MEMCG_CHECK
	return false;
#else
	return page_counter_read(&memcg->kmem) > 0;
#endif
}

static inline spinlock_t *kmemcgd_lru_lock(struct lruvec *lruvec, int nid)
{
#ifdef HAVE_LRUVEC_LOCK
	return &lruvec->lru_lock;
#else
	return &NODE_DATA(nid)->lru_lock;
#endif
}

/*
 * Pages on the evictable LRU lists of a memcg on one node. The multi-gen LRU
 * counts its own, which are eventually consistent only.
 */
static inline unsigned long kmemcgd_lru_pages(struct mem_cgroup *memcg,
					      int nid, bool file)
{
	struct mem_cgroup_per_node *node = memcg->nodeinfo[nid];
	enum lru_list lru = file ? LRU_INACTIVE_FILE : LRU_INACTIVE_ANON;
	/* The zones above have no memory. */
	int zones = READ_ONCE(NODE_DATA(nid)->nr_zones);
	long pages = 0;
	int zone;

	for (zone = 0; zone < zones; zone++)
		pages += READ_ONCE(node->lru_zone_size[zone][lru]) +
			 READ_ONCE(node->lru_zone_size[zone][lru + LRU_ACTIVE]);
#ifdef CONFIG_LRU_GEN
	for (zone = 0; zone < zones && READ_ONCE(node->lruvec.lrugen.enabled);
	     zone++) {
		int gen;

		for (gen = 0; gen < MAX_NR_GENS; gen++)
			pages += READ_ONCE(node->lruvec.lrugen.nr_pages[gen]
					   [file][zone]);
	}
#endif
	return max(pages, 0L);
}

/*
 * The n-th list that file folios of a memcg can be on, or NULL after the last.
 * Kernels with the multi-gen LRU may switch between both kinds at run time.
 */
static inline struct list_head *kmemcgd_file_list(struct lruvec *lruvec,
						  unsigned int n)
{
	if (n == 0)
		return &lruvec->lists[LRU_INACTIVE_FILE];
	if (n == 1)
		return &lruvec->lists[LRU_ACTIVE_FILE];
#ifdef CONFIG_LRU_GEN
	n -= 2;
	if (n < MAX_NR_GENS * MAX_NR_ZONES) {
		unsigned int gen = n / MAX_NR_ZONES, zone = n % MAX_NR_ZONES;

#if defined(HAVE_LRUGEN_FOLIOS)
		return &lruvec->lrugen.folios[gen][LRU_GEN_FILE][zone];
#elif defined(HAVE_LRUGEN_LISTS)
		return &lruvec->lrugen.lists[gen][LRU_GEN_FILE][zone];
#else
#error "kmemcgd does not know this kernel's multi-gen LRU lists"
#endif
	}
#endif
	return NULL;
}

#endif
