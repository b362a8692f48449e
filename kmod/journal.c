// SPDX-License-Identifier: GPL-2.0
/*
 * jbd2 keeps a shrinker for each journal (5.14 and later). It is not aware of
 * memcgs, so that reclaim of a memcg never runs it. Here it is run alone: the
 * list of shrinkers is searched for those with jbd2's function.
 */
#include <linux/gfp.h>
#include <linux/list.h>
#include <linux/nodemask.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>

#include "compat/shrinker.h"
#include "journal.h"
#include "symbols.h"

static bool shrink_one(struct shrinker *shrinker, unsigned int buffers)
{
	struct shrink_control control = {
		.gfp_mask = GFP_KERNEL,
		.nid = first_memory_node,
		.nr_to_scan = buffers,
		.nr_scanned = buffers,
	};
	unsigned long freed = shrinker->scan_objects(shrinker, &control);

	cond_resched();
	return freed && freed != SHRINK_STOP;
}

bool kmemcgd_journal_shrink(unsigned int buffers)
{
	struct shrinker *shrinker;
	bool freed = false;

	if (!kmemcgd_capable(KMEMCGD_CAP_JOURNAL_SHRINK) ||
	    !kmemcgd_shrinkers_lock())
		return false;
	list_for_each_entry_rcu(shrinker, kmemcgd_shrinker_list, list,
				kmemcgd_shrinkers_locked()) {
		if ((unsigned long)shrinker->scan_objects !=
		    kmemcgd_journal_scan || !kmemcgd_shrinker_hold(shrinker))
			continue;
		freed |= shrink_one(shrinker, buffers);
		kmemcgd_shrinker_release(shrinker);
	}
	kmemcgd_shrinkers_unlock();
	return freed;
}
