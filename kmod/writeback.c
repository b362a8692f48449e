// SPDX-License-Identifier: GPL-2.0
/*
 * Cgroup writeback structures, which inodes hold, and which hold zombies.
 *
 * They are looked at under RCU, which keeps a structure there although its
 * last inode may be leaving. Their lists of inodes have a lock each, which
 * nests outside of inode->i_lock.
 */
#include <linux/backing-dev.h>
#include <linux/pagemap.h>
#include <linux/rculist.h>
#include <linux/writeback.h>

#include "compat/workqueue.h"
#include "inode.h"
#include "memcg.h"
#include "params.h"
#include "stats.h"
#include "sweep.h"
#include "symbols.h"
#include "writeback.h"

/* Structures looked at for one zombie, and inodes and structures in a step. */
#define LOOK_MAX 4096
/* Inodes written back in one step. */
#define WRITE_BATCH 4
/* Structures detached in one step, and tries until the first one is gone. */
#define DETACH_BATCH 4
#define DETACH_TRIES 16

#ifdef CONFIG_CGROUP_WRITEBACK
/*
 * Goes through the structures of all devices, under RCU, until @take has what
 * it wants and returns false. @looked is what that counts as well.
 * Return: above LOOK_MAX when there may be more that it did not come to.
 */
static __always_inline unsigned int
look_through(bool (*take)(struct bdi_writeback *wb, void *found,
			  unsigned int *looked), void *found)
{
	struct backing_dev_info *bdi;
	struct bdi_writeback *wb;
	unsigned int looked = 0;

	rcu_read_lock();
	list_for_each_entry_rcu(bdi, kmemcgd_bdi_list, bdi_list)
		list_for_each_entry_rcu(wb, &bdi->wb_list, bdi_node)
			if (++looked > LOOK_MAX || !take(wb, found, &looked))
				goto out;
out:
	rcu_read_unlock();
	return looked;
}

static bool is_of_zombie(const struct bdi_writeback *wb)
{
	return wb->memcg_css &&
	       kmemcgd_memcg_is_zombie(mem_cgroup_from_css(wb->memcg_css));
}

struct found_pin {
	const struct mem_cgroup *memcg;
	enum kmemcgd_pin pin;
};

static bool take_pin(struct bdi_writeback *wb, void *found, unsigned int *looked)
{
	struct found_pin *of = found;

	if (wb->memcg_css != &of->memcg->css)
		return true;
	of->pin = wb_has_dirty_io(wb) ? KMEMCGD_PIN_DIRTY : KMEMCGD_PIN_INODE;
	return false;
}
#endif

enum kmemcgd_pin kmemcgd_writeback_pin(struct mem_cgroup *memcg)
{
#ifdef CONFIG_CGROUP_WRITEBACK
	struct found_pin found = { .memcg = memcg, .pin = KMEMCGD_PIN_NONE };

	if (look_through(take_pin, &found) > LOOK_MAX)
		return KMEMCGD_PIN_INODE;
	return found.pin;
#else
	return KMEMCGD_PIN_NONE;
#endif
}

#ifdef CONFIG_CGROUP_WRITEBACK
/* Marked dirty, but without dirty pages: as its writer's fsync() leaves it. */
static bool is_stale(struct inode *inode)
{
	return S_ISREG(inode->i_mode) &&
	       !mapping_tagged(inode->i_mapping, PAGECACHE_TAG_DIRTY) &&
	       !mapping_tagged(inode->i_mapping, PAGECACHE_TAG_WRITEBACK);
}

struct found_inodes {
	struct inode *inodes[WRITE_BATCH];
	unsigned int count;
};

/* Holds the stale inodes of a zombie's structure. */
static bool take_stale(struct bdi_writeback *wb, void *found,
		       unsigned int *looked)
{
	struct found_inodes *stale = found;
	struct inode *inode;

	if (list_empty(&wb->b_dirty) || !is_of_zombie(wb))
		return true;
	spin_lock(&wb->list_lock);
	list_for_each_entry(inode, &wb->b_dirty, i_io_list) {
		if (stale->count == WRITE_BATCH || ++*looked > LOOK_MAX)
			break;
		if (is_stale(inode) && kmemcgd_inode_hold(inode))
			stale->inodes[stale->count++] = inode;
	}
	spin_unlock(&wb->list_lock);
	return stale->count < WRITE_BATCH;
}
#endif

bool kmemcgd_writeback_write(void)
{
#ifdef CONFIG_CGROUP_WRITEBACK
	struct found_inodes stale = {};
	unsigned int i;

	/* Without the kernel's cleanup a sweep does this, and knows more. */
	if (!kmemcgd_capable(KMEMCGD_CAP_WB_LOOKUP) ||
	    !kmemcgd_capable(KMEMCGD_CAP_WB_CLEANUP))
		return false;
	look_through(take_stale, &stale);
	for (i = 0; i < stale.count; i++) {
		write_inode_now(stale.inodes[i], 0);
		kmemcgd_inode_release(stale.inodes[i]);
	}
	return stale.count;
#else
	return false;
#endif
}

#if defined(CONFIG_CGROUP_WRITEBACK) && defined(HAVE_CLEANUP_OFFLINE_CGWB)
struct found_structures {
	struct bdi_writeback *wbs[DETACH_BATCH];
	unsigned int count;
};

/* Holds a zombie's structure that has inodes, and none of them dirty. */
static bool take_idle(struct bdi_writeback *wb, void *found,
		      unsigned int *looked)
{
	struct found_structures *idle = found;

	if (!wb_has_dirty_io(wb) && !list_empty(&wb->b_attached) &&
	    is_of_zombie(wb) && wb_tryget(wb))
		idle->wbs[idle->count++] = wb;
	return idle->count < DETACH_BATCH;
}
#endif

unsigned int kmemcgd_writeback_detach_some(void)
{
#if defined(CONFIG_CGROUP_WRITEBACK) && defined(HAVE_CLEANUP_OFFLINE_CGWB)
	static const struct bdi_writeback *first;	/* only compared */
	static unsigned int tries;
	struct found_structures idle = {};
	unsigned int i;

	if (kmemcgd_capable(KMEMCGD_CAP_WB_LOOKUP) &&
	    kmemcgd_capable(KMEMCGD_CAP_WB_DETACH))
		look_through(take_idle, &idle);
	if (!idle.count || idle.wbs[0] != first)
		tries = 0;
	first = idle.wbs[0];
	for (i = 0; i < idle.count; i++) {
		/* The rest of its inodes is for the next step. */
		static_call(kmemcgd_cleanup_cgwb)(idle.wbs[i]);
		wb_put(idle.wbs[i]);
	}
	return tries++ < DETACH_TRIES ? idle.count : 0;
#else
	return 0;
#endif
}

bool kmemcgd_writeback_detach(void)
{
	kmemcgd_stats_add(KMEMCGD_A_STATS_WB_CLEANUPS, 1);
	if (kmemcgd_capable(KMEMCGD_CAP_WB_CLEANUP)) {
		queue_work(kmemcgd_unbound_wq(), kmemcgd_wb_cleanup_work);
		return true;
	}
	if (kmemcgd_param(KMEMCGD_A_CONFIG_INODES))
		kmemcgd_sweep_start();
	return !kmemcgd_sweep_running();
}
