/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel thread that runs the sources' slices. */
#ifndef KMEMCGD_ENGINE_H
#define KMEMCGD_ENGINE_H

#include <linux/types.h>

struct kmemcgd_source;

/**
 * kmemcgd_engine_start - start the thread
 * @sources: what it serves, ended by NULL; must stay until it is stopped
 *
 * Context: may sleep.
 * Return: 0 or the error of kthread_run().
 */
int kmemcgd_engine_start(const struct kmemcgd_source *const *sources);

/* Stops it at the end of the slice that it is in. May sleep. */
void kmemcgd_engine_stop(void);

/* Forgets the thread; nobody may kick it any more. */
void kmemcgd_engine_exit(void);

/*
 * Something has changed: ask the sources again. Any context; does nothing
 * while the thread is not there.
 */
void kmemcgd_engine_kick(void);

/* CPU time of the thread; called by the thread itself. */
u64 kmemcgd_engine_cpu_ns(void);

#endif
