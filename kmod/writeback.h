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
