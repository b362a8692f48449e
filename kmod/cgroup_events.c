// SPDX-License-Identifier: GPL-2.0
/*
 * Probes on the tracepoints cgroup_rmdir and cgroup_release.
 *
 * Both fire under cgroup_mutex, one at a time, inside a spinlock and with
 * interrupts off. So the queue of removals has one producer, and one consumer
 * in the engine's thread: it needs no lock.
 */
#include <linux/atomic.h>
#include <linux/cgroup.h>
#include <linux/kfifo.h>
#include <linux/ktime.h>
#include <linux/string.h>
#include <linux/tracepoint.h>

#include "cgroup_events.h"
#include "stats.h"
#include "symbols.h"

/* Beyond that many in a burst, the engine walks all memcgs instead. */
#define MAX_REMOVALS 4096

static DEFINE_KFIFO(removals, struct kmemcgd_removal, MAX_REMOVALS);
static const struct kmemcgd_cgroup_listener *listener;
static atomic_t overflowed;

/* cgroup v1 has hierarchies without memory, whose ids would be mistaken. */
static bool has_memory(struct cgroup *cgroup)
{
	return cgroup->root == READ_ONCE(memory_cgrp_subsys.root);
}

static void probe_rmdir(void *data, struct cgroup *cgroup, const char *path)
{
	struct cgroup_subsys_state *css;
	struct kmemcgd_removal removal;

	if (!has_memory(cgroup))
		return;
	/* cgroup_mutex keeps it there; it may have none of its own. */
	css = rcu_dereference_raw(cgroup->subsys[memory_cgrp_id]);
	if (!css)
		return;
	kmemcgd_stats_add(KMEMCGD_A_STATS_OFFLINED, 1);
	removal.cgroup_id = cgroup_id(cgroup);
	removal.css_id = css->id;
	removal.time_ns = ktime_get_ns();
	if (!kfifo_put(&removals, removal))
		atomic_set(&overflowed, 1);
	/*
	 * Either the consumer sees this entry when it looks again, or we see
	 * that it has taken those before: then it may be asleep.
	 */
	smp_mb();
	if (kfifo_len(&removals) <= 1)
		listener->removed();
}

static void probe_release(void *data, struct cgroup *cgroup, const char *path)
{
	if (!has_memory(cgroup))
		return;
	kmemcgd_stats_add(KMEMCGD_A_STATS_RELEASED, 1);
	listener->released(cgroup_id(cgroup));
}

static struct {
	const char *name;
	void *probe;
	enum kmemcgd_capability cap;
	const char *why_absent;
	struct tracepoint *tracepoint;
} probes[] = {
	/* The release first: what is queued must be forgotten again. */
	{
		.name = "cgroup_release",
		.probe = probe_release,
		.cap = KMEMCGD_CAP_RELEASE_EVENTS,
		.why_absent = "cgroup_release not attached: freed zombies are counted late",
	},
	{
		.name = "cgroup_rmdir",
		.probe = probe_rmdir,
		.cap = KMEMCGD_CAP_RMDIR_EVENTS,
		.why_absent = "cgroup_rmdir not attached: scanning every scan_interval_ms",
	},
};

static void attach(struct tracepoint *tracepoint, void *data)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(probes); i++) {
		if (strcmp(tracepoint->name, probes[i].name) ||
		    probes[i].tracepoint)
			continue;
		if (!tracepoint_probe_register(tracepoint, probes[i].probe,
					       NULL))
			probes[i].tracepoint = tracepoint;
	}
}

void kmemcgd_cgroup_events_init(const struct kmemcgd_cgroup_listener *to)
{
	size_t i;

	listener = to;
	for_each_kernel_tracepoint(attach, NULL);
	for (i = 0; i < ARRAY_SIZE(probes); i++)
		kmemcgd_capabilities[probes[i].cap].reason =
			probes[i].tracepoint ? NULL : probes[i].why_absent;
}

void kmemcgd_cgroup_events_exit(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(probes); i++)
		if (probes[i].tracepoint)
			tracepoint_probe_unregister(probes[i].tracepoint,
						    probes[i].probe, NULL);
	tracepoint_synchronize_unregister();
}

bool kmemcgd_removals_peek(struct kmemcgd_removal *removal)
{
	return kfifo_peek(&removals, removal);
}

bool kmemcgd_removals_pop(struct kmemcgd_removal *removal)
{
	return kfifo_get(&removals, removal);
}

u32 kmemcgd_removals_count(void)
{
	return kfifo_len(&removals);
}

bool kmemcgd_removals_overflowed(void)
{
	return atomic_read(&overflowed) && atomic_xchg(&overflowed, 0);
}
