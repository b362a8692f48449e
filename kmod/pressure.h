/* SPDX-License-Identifier: GPL-2.0 */
/* The source that keeps some of a node's memory free. */
#ifndef KMEMCGD_PRESSURE_SOURCE_H
#define KMEMCGD_PRESSURE_SOURCE_H

#include <linux/kmemcgd.h>
#include <linux/types.h>

#include "node.h"
#include "source.h"

/**
 * struct kmemcgd_class_stats - what a class has given
 * @slices: times that something was asked for
 * @pages: taken
 */
struct kmemcgd_class_stats {
	u64 slices;
	u64 pages;
};

/**
 * struct kmemcgd_pressure - what is known of free memory
 * @state: what is done
 * @node: the tightest, at the last look
 * @fall_rate: how fast its margin falls, pages per second
 * @episodes: times that it fell below the threshold
 * @nothings: times that nobody had any to give
 * @pages: taken
 * @cpu_ns: CPU time that this took
 * @classes: by class
 */
struct kmemcgd_pressure {
	enum kmemcgd_pressure_state state;
	struct kmemcgd_node node;
	u64 fall_rate;
	u64 episodes;
	u64 nothings;
	u64 pages;
	u64 cpu_ns;
	struct kmemcgd_class_stats classes[KMEMCGD_CLASS_MAX + 1];
};

/* One thread for it. */
extern const struct kmemcgd_source kmemcgd_pressure_source;

/* Whether a threshold is set; any context. */
bool kmemcgd_pressure_wanted(void);

/* As of the last look; any context that may take a spinlock. */
void kmemcgd_pressure_read(struct kmemcgd_pressure *copy);

/* For struct kmemcgd_cgroup_listener, which says when it is called. */
void kmemcgd_pressure_removed(u64 cgroup_id);

/* After a memcg got another class: whoever had nothing to take asks again. */
void kmemcgd_pressure_members_changed(void);

#endif
