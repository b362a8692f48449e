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

/* In one pass. */
#define STEPS_MAX 16
/* Looked at in a step, with a lock held that commits need. */
#define BUFFERS_MIN 16
#define BUFFERS_MAX 256

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

/* Return: whether some were let go of. */
static bool shrink_all(unsigned int buffers)
{
	struct shrinker *shrinker;
	bool freed = false;

	if (!kmemcgd_shrinkers_lock())
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

void kmemcgd_journal_begin(struct kmemcgd_journal_steps *steps)
{
	*steps = (struct kmemcgd_journal_steps){ .buffers = BUFFERS_MIN };
}

bool kmemcgd_journal_step(struct kmemcgd_journal_steps *steps)
{
	if (!kmemcgd_capable(KMEMCGD_CAP_JOURNAL_SHRINK) ||
	    steps->taken == STEPS_MAX || steps->buffers > BUFFERS_MAX)
		return false;
	steps->taken++;
	/* Those that a list begins with are busy: come to the ones behind. */
	if (!shrink_all(steps->buffers))
		steps->buffers *= 2;
	return true;
}
