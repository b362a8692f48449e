/* SPDX-License-Identifier: GPL-2.0 */
/* Journal buffers that pin zombies. */
#ifndef KMEMCGD_JOURNAL_H
#define KMEMCGD_JOURNAL_H

/*
 * Has the journals of ext4 and others let go of some buffers that were written
 * back already, as they do when memory is short and at each commit. On a
 * filesystem where nothing is written any more they would keep them for good.
 * Nothing is written or dropped by it: the buffers stay in the page cache.
 *
 * Context: may sleep.
 */
void kmemcgd_journal_shrink(void);

#endif
