/* SPDX-License-Identifier: GPL-2.0 */
/* Finding inodes that hold zombies through cgroup writeback only. */
#ifndef KMEMCGD_SWEEP_H
#define KMEMCGD_SWEEP_H

#include "source.h"

/* Starts a sweep over all superblocks, unless one is running. */
void kmemcgd_sweep_start(void);

bool kmemcgd_sweep_running(void);

/*
 * Goes on with it until the budget is used. Evicts unused inodes whose
 * writeback structure belongs to a zombie. May sleep.
 */
void kmemcgd_sweep_run(const struct kmemcgd_budget *budget,
		       struct kmemcgd_result *result);

/* Lets go of the filesystem that it is in. May sleep. */
void kmemcgd_sweep_pause(void);

#endif
