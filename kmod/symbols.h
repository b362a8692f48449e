/* SPDX-License-Identifier: GPL-2.0 */
/* What the module needs of the kernel beyond its exports; see symbols.c. */
#ifndef KMEMCGD_SYMBOLS_H
#define KMEMCGD_SYMBOLS_H

#include <linux/types.h>
#include <linux/workqueue.h>
#include <linux/writeback.h>

#include "compat/reclaim.h"
#include "compat/static_call.h"

struct list_head;
struct rw_semaphore;
struct mem_cgroup;

DECLARE_STATIC_CALL(kmemcgd_try_to_free_pages, try_to_free_mem_cgroup_pages);
#ifdef HAVE_CLEANUP_OFFLINE_CGWB
DECLARE_STATIC_CALL(kmemcgd_cleanup_cgwb, cleanup_offline_cgwb);
#endif

/* Prototypes that no header has: they are the types of static calls. */
unsigned long kmemcgd_lookup_name_proto(const char *name);
void kmemcgd_drain_all_stock_proto(struct mem_cgroup *memcg);
DECLARE_STATIC_CALL(kmemcgd_drain_all_stock, kmemcgd_drain_all_stock_proto);

enum kmemcgd_capability {
	KMEMCGD_CAP_RECLAIM,
	KMEMCGD_CAP_RMDIR_EVENTS,
	KMEMCGD_CAP_RELEASE_EVENTS,
	KMEMCGD_CAP_WB_CLEANUP,
	KMEMCGD_CAP_WB_LOOKUP,
	KMEMCGD_CAP_WB_DETACH,
	KMEMCGD_CAP_INODE_SWEEP,
	KMEMCGD_CAP_STOCK_DRAIN,
	KMEMCGD_CAP_JOURNAL_SHRINK,
	KMEMCGD_CAP_CREATE_EVENTS,
	KMEMCGD_CAP_ATTACH_EVENTS,
	KMEMCGD_CAP_STALL_EVENTS,
	KMEMCGD_CAP_SWAPPINESS,
	KMEMCGD_CAP_WATERMARK_EVENTS,
	KMEMCGD_CAP_MAX,
};

/**
 * struct kmemcgd_capability_info - one thing the module can do, or not
 * @name: as the protocol has it
 * @purpose: what it is for
 * @reason: why it is absent; NULL: it is there
 * @required: the module does not load without it
 */
struct kmemcgd_capability_info {
	const char *name;
	const char *purpose;
	const char *reason;
	bool required;
};

/* Capabilities change only while the module loads: no lock. */
extern struct kmemcgd_capability_info kmemcgd_capabilities[KMEMCGD_CAP_MAX];

static inline bool kmemcgd_capable(enum kmemcgd_capability cap)
{
	return !kmemcgd_capabilities[cap].reason;
}

/* Data symbols; NULL where the capability that needs them is absent. */
extern struct work_struct *kmemcgd_wb_cleanup_work;
extern struct list_head *kmemcgd_bdi_list;	/* RCU */
extern struct list_head *kmemcgd_shrinker_list;
extern struct rw_semaphore *kmemcgd_shrinker_rwsem;	/* until 6.6 */
extern unsigned long kmemcgd_journal_scan;	/* compared, never called */
extern struct list_head *kmemcgd_super_blocks;
extern spinlock_t *kmemcgd_sb_lock;	/* guards kmemcgd_super_blocks */

/*
 * Resolves everything. May sleep; called once, before anything else.
 * Return: 0, -EOPNOTSUPP when the mechanism does not work here, or -ENOENT
 * when a required symbol is missing; the kernel log names it.
 */
int kmemcgd_symbols_init(void);

#endif
