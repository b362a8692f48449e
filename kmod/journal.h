/* SPDX-License-Identifier: GPL-2.0 */
/* Journal buffers that pin zombies. */
#ifndef KMEMCGD_JOURNAL_H
#define KMEMCGD_JOURNAL_H

#include <linux/types.h>

/* How far one pass has come with them. */
struct kmemcgd_journal_steps {
	u32 taken;
	u32 buffers;	/* looked at in the next step */
};

/**
 * kmemcgd_journal_begin - begin with the steps of a pass
 * @steps: to be handed to each kmemcgd_journal_step()
 *
 * Context: any.
 */
void kmemcgd_journal_begin(struct kmemcgd_journal_steps *steps);

/**
 * kmemcgd_journal_step - have journals let go of some buffers
 * @steps: of the pass
 *
 * The journals of ext4 and others let go of buffers that were written back
 * already when memory is short and at each commit. On a filesystem where
 * nothing is written any more they would keep them for good. Nothing is
 * written or dropped by it: the buffers stay in the page cache.
 *
 * Context: may sleep.
 * Return: whether this was a step, after which zombies are worth another
 *	visit; false when the pass has had all of its steps, or there are
 *	none on this kernel.
 */
bool kmemcgd_journal_step(struct kmemcgd_journal_steps *steps);

#endif
