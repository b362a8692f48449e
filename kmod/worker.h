/* SPDX-License-Identifier: GPL-2.0 */
/* A kernel thread that runs sources' slices. */
#ifndef KMEMCGD_WORKER_H
#define KMEMCGD_WORKER_H

#include <linux/atomic.h>
#include <linux/types.h>

#include <kmemcgd/pacing.h>

#include "source.h"

/* Threads that one crew can have, and sources that one thread can serve. */
#define KMEMCGD_THREADS_MAX 8
#define KMEMCGD_SOURCES_MAX 4

struct kmemcgd_crew;
struct task_struct;

/**
 * struct kmemcgd_worker - one thread
 * @crew: that it belongs to
 * @index: its place in it; 0 is the first
 * @task: NULL: was not started; referenced until kmemcgd_worker_exit()
 * @kicked: set by those who have changed something
 * @armed_ns: when it will wake up by itself
 * @urgent: whether an urgent slice was run since the last sleep
 * @took_turn: whether any was, and nobody was given way since
 * @pacing: and the rest: the thread's own
 */
struct kmemcgd_worker {
	struct kmemcgd_crew *crew;
	unsigned int index;
	struct task_struct *task;
	atomic_t kicked;
	u64 armed_ns;
	bool urgent;
	bool took_turn;
	struct kmemcgd_pacing pacing;
	u32 slice_pages[KMEMCGD_SOURCES_MAX];
	u64 exact_cpu_ns;	/* the scheduler's count at the last sleep */
	u64 estimated_cpu_ns;	/* slices since then, by the clock */
	u64 last_chance_ns;	/* local_clock() of the last chance to yield */
	bool slept;
};

/**
 * struct kmemcgd_crew - threads that serve the same sources
 * @name: of the threads; one %u for the index, or none if there is one thread
 * @sources: what the first thread serves, ended by NULL
 * @shared: what the others serve: sources that may be called by several
 *	    threads at once; ended by NULL
 * @active: threads that take part; the others sleep, or were never started
 * @workers: first to last
 */
struct kmemcgd_crew {
	const char *name;
	const struct kmemcgd_source *const *sources;
	const struct kmemcgd_source *const *shared;
	unsigned int active;
	struct kmemcgd_worker workers[KMEMCGD_THREADS_MAX];
};

/**
 * kmemcgd_worker_start - start a crew's thread, unless it was
 * @crew: must stay until it is stopped
 * @index: below KMEMCGD_THREADS_MAX
 *
 * Context: may sleep; one caller at a time.
 * Return: 0 or the error of kthread_create().
 */
int kmemcgd_worker_start(struct kmemcgd_crew *crew, unsigned int index);

/* Stops it, if it was started, at the end of its slice. May sleep. */
void kmemcgd_worker_stop(struct kmemcgd_worker *worker);

/* Forgets the thread; nobody may kick it any more. */
void kmemcgd_worker_exit(struct kmemcgd_worker *worker);

/*
 * Something has changed: ask the sources again. Any context; does nothing
 * if there is no thread.
 */
void kmemcgd_worker_kick(struct kmemcgd_worker *worker);

#endif
