// SPDX-License-Identifier: GPL-2.0
#include <linux/backing-dev.h>
#include <linux/rculist.h>

#include "compat/workqueue.h"
#include "params.h"
#include "stats.h"
#include "sweep.h"
#include "symbols.h"
#include "writeback.h"

/* Structures looked at for one zombie. */
#define LOOK_MAX 4096

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
