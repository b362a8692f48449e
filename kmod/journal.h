/* SPDX-License-Identifier: GPL-2.0 */
/* Journal buffers that pin zombies. */
#ifndef KMEMCGD_JOURNAL_H
#define KMEMCGD_JOURNAL_H

#include <linux/types.h>

/*
 * Has the journals of ext4 and others let go of some buffers that were written
 * back already, as they do when memory is short and at each commit. On a
 * filesystem where nothing is written any more they would keep them for good.
 * Nothing is written or dropped by it: the buffers stay in the page cache.
 * @buffers: looked at for each journal, with a lock held that commits need
 * Return: whether some were let go of. Where none were, those that the next
 * call begins with are busy, and only a larger number comes to others.
 *
 * Context: may sleep.
 */
bool kmemcgd_journal_shrink(unsigned int buffers);

#endif
