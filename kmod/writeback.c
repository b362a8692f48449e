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

enum kmemcgd_pin kmemcgd_writeback_pin(struct mem_cgroup *memcg)
{
	enum kmemcgd_pin pin = KMEMCGD_PIN_NONE;
#ifdef CONFIG_CGROUP_WRITEBACK
	struct backing_dev_info *bdi;
	struct bdi_writeback *wb;
	unsigned int looked = 0;

	rcu_read_lock();
	list_for_each_entry_rcu(bdi, kmemcgd_bdi_list, bdi_list) {
		list_for_each_entry_rcu(wb, &bdi->wb_list, bdi_node) {
			if (++looked > LOOK_MAX)
				pin = KMEMCGD_PIN_INODE;
			else if (wb->memcg_css == &memcg->css)
				pin = wb_has_dirty_io(wb) ? KMEMCGD_PIN_DIRTY :
							    KMEMCGD_PIN_INODE;
			if (pin != KMEMCGD_PIN_NONE)
				break;
		}
		if (pin != KMEMCGD_PIN_NONE)
			break;
	}
	rcu_read_unlock();
#endif
	return pin;
}

#ifdef CONFIG_CGROUP_WRITEBACK
/* Marked dirty, but without dirty pages: as its writer's fsync() leaves it. */
static bool is_stale(struct inode *inode)
{
	return S_ISREG(inode->i_mode) &&
	       !mapping_tagged(inode->i_mapping, PAGECACHE_TAG_DIRTY) &&
	       !mapping_tagged(inode->i_mapping, PAGECACHE_TAG_WRITEBACK);
}

/* Adds stale inodes of one structure, held, up to WRITE_BATCH of them. */
static unsigned int hold_stale(struct bdi_writeback *wb, struct inode **inodes,
			       unsigned int count, unsigned int *looked)
{
	struct inode *inode;

	spin_lock(&wb->list_lock);
	list_for_each_entry(inode, &wb->b_dirty, i_io_list) {
		if (count == WRITE_BATCH || ++*looked > LOOK_MAX)
			break;
		if (is_stale(inode) && kmemcgd_inode_hold(inode))
			inodes[count++] = inode;
	}
	spin_unlock(&wb->list_lock);
	return count;
}

static unsigned int find_stale(struct inode **inodes)
{
	unsigned int looked = 0, count = 0;
	struct backing_dev_info *bdi;
	struct bdi_writeback *wb;

	rcu_read_lock();
	list_for_each_entry_rcu(bdi, kmemcgd_bdi_list, bdi_list) {
		list_for_each_entry_rcu(wb, &bdi->wb_list, bdi_node) {
			if (count == WRITE_BATCH || ++looked > LOOK_MAX)
				goto out;
			if (wb->memcg_css && !list_empty(&wb->b_dirty) &&
			    kmemcgd_memcg_is_zombie(mem_cgroup_from_css(wb->memcg_css)))
				count = hold_stale(wb, inodes, count, &looked);
		}
	}
out:
	rcu_read_unlock();
	return count;
}
#endif

bool kmemcgd_writeback_write(void)
{
#ifdef CONFIG_CGROUP_WRITEBACK
	struct inode *inodes[WRITE_BATCH];
	unsigned int i, count;

	/* Without the kernel's cleanup a sweep does this, and knows more. */
	if (!kmemcgd_capable(KMEMCGD_CAP_WB_LOOKUP) ||
	    !kmemcgd_capable(KMEMCGD_CAP_WB_CLEANUP))
		return false;
	count = find_stale(inodes);
	for (i = 0; i < count; i++) {
		write_inode_now(inodes[i], 0);
		kmemcgd_inode_release(inodes[i]);
	}
	return count;
#else
	return false;
#endif
}

#if defined(CONFIG_CGROUP_WRITEBACK) && defined(HAVE_CLEANUP_OFFLINE_CGWB)
/* Those of zombies that have inodes, and none of them dirty; held. */
static unsigned int hold_idle(struct bdi_writeback **wbs)
{
	unsigned int looked = 0, count = 0;
	struct backing_dev_info *bdi;
	struct bdi_writeback *wb;

	rcu_read_lock();
	list_for_each_entry_rcu(bdi, kmemcgd_bdi_list, bdi_list) {
		list_for_each_entry_rcu(wb, &bdi->wb_list, bdi_node) {
			if (count == DETACH_BATCH || ++looked > LOOK_MAX)
				goto out;
			if (wb->memcg_css && !wb_has_dirty_io(wb) &&
			    !list_empty(&wb->b_attached) &&
			    kmemcgd_memcg_is_zombie(mem_cgroup_from_css(wb->memcg_css)) &&
			    wb_tryget(wb))
				wbs[count++] = wb;
		}
	}
out:
	rcu_read_unlock();
	return count;
}
#endif

bool kmemcgd_writeback_detach_some(unsigned int *detached)
{
#if defined(CONFIG_CGROUP_WRITEBACK) && defined(HAVE_CLEANUP_OFFLINE_CGWB)
	static const struct bdi_writeback *first;	/* only compared */
	static unsigned int tries;
	struct bdi_writeback *wbs[DETACH_BATCH];
	unsigned int i, count = 0;

	if (kmemcgd_capable(KMEMCGD_CAP_WB_LOOKUP) &&
	    kmemcgd_capable(KMEMCGD_CAP_WB_DETACH))
		count = hold_idle(wbs);
	if (!count || wbs[0] != first)
		tries = 0;
	first = count ? wbs[0] : NULL;
	for (i = 0; i < count; i++) {
		/* The rest of its inodes is for the next step. */
		static_call(kmemcgd_cleanup_cgwb)(wbs[i]);
		wb_put(wbs[i]);
	}
	*detached = count;
	return count && tries++ < DETACH_TRIES;
#else
	*detached = 0;
	return false;
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
