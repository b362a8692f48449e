/* SPDX-License-Identifier: GPL-2.0 */
/* Cgroup writeback: structures that inodes hold, and that hold zombies. */
#ifndef KMEMCGD_WRITEBACK_H
#define KMEMCGD_WRITEBACK_H

#include <linux/kmemcgd.h>
#include <linux/memcontrol.h>

/**
 * kmemcgd_writeback_pin - is this zombie held by cgroup writeback?
 * @memcg: the zombie, with a reference
 *
 * Looks through the writeback structures of all devices; beyond some
 * thousands of them it takes the answer for yes.
 *
 * Context: takes RCU.
 * Return: KMEMCGD_PIN_DIRTY while something waits to be written,
 *	KMEMCGD_PIN_INODE while clean inodes hold it, else KMEMCGD_PIN_NONE.
 */
enum kmemcgd_pin kmemcgd_writeback_pin(struct mem_cgroup *memcg);

/**
 * kmemcgd_writeback_write - write inodes of zombies back, a few in one step
 *
 * A file that its writer has synced stays marked dirty until the flusher comes
 * by, half a minute later, and is not detached from the zombie until then.
 * Where no page leads to it any more (7.1 and later), it is found here, and
 * written by the flusher's own call, which waits for nothing.
 *
 * Context: may sleep.
 * Return: whether there was one; others may be left, or the same again.
 */
bool kmemcgd_writeback_write(void);

/**
 * kmemcgd_writeback_detach_some - have them detached from a few zombies
 *
 * The kernel's cleanup takes all that there are in one go, and releases them so
 * as well. This is for who wants to spread that over time. It stops where it
 * makes no headway: inodes that are being freed can't be detached.
 *
 * Context: may sleep.
 * Return: from how many structures; 0 when that is no way to go on.
 */
unsigned int kmemcgd_writeback_detach_some(void);

/**
 * kmemcgd_writeback_detach - have clean inodes detached from zombies
 *
 * The kernel does it in a kworker (5.14 and later); else a sweep is started.
 *
 * Context: any.
 * Return: true when nothing is left to do for the caller, false when a sweep
 *	runs.
 */
bool kmemcgd_writeback_detach(void);

#endif
