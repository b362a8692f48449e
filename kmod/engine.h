/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel threads, and who serves what. */
#ifndef KMEMCGD_ENGINE_H
#define KMEMCGD_ENGINE_H

/**
 * enum kmemcgd_crew_id - threads with the same work
 * @KMEMCGD_CREW_ZOMBIES: one thread
 * @KMEMCGD_CREW_WATERMARKS: as many as the tunable "threads" says
 * @KMEMCGD_CREW_NODES: one thread, from the first time that a threshold is set
 */
enum kmemcgd_crew_id {
	KMEMCGD_CREW_ZOMBIES,
	KMEMCGD_CREW_WATERMARKS,
	KMEMCGD_CREW_NODES,
};

/**
 * kmemcgd_engine_start - start the threads
 *
 * Context: may sleep.
 * Return: 0 or the error of kthread_create(); then none is left.
 */
int kmemcgd_engine_start(void);

/* Stops them at the end of the slices that they are in. May sleep. */
void kmemcgd_engine_stop(void);

/* Forgets the threads; nobody may kick them any more. */
void kmemcgd_engine_exit(void);

/* Something has changed: the sources are asked again. Any context. */
void kmemcgd_engine_kick(enum kmemcgd_crew_id id);

/* Likewise for the tunables; starts threads. May sleep. */
void kmemcgd_engine_params_changed(void);

#endif
