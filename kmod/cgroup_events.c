// SPDX-License-Identifier: GPL-2.0
/*
 * Probes on tracepoints of cgroups and of reclaim.
 *
 * Those of cgroups fire under cgroup_mutex, one at a time, inside a spinlock
 * and with interrupts off. So the queue of removals has one producer, and one
 * consumer in the engine's thread: it needs no lock.
 */
#include <linux/atomic.h>
#include <linux/cgroup.h>
#include <linux/kfifo.h>
#include <linux/ktime.h>
#include <linux/memcontrol.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/tracepoint.h>

#include "cgroup_events.h"
#include "compat/trace.h"
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

/* Its own memcg, or NULL; cgroup_mutex keeps it there. */
static struct cgroup_subsys_state *memory_css(struct cgroup *cgroup)
{
	if (!has_memory(cgroup))
		return NULL;
	return rcu_dereference_raw(cgroup->subsys[memory_cgrp_id]);
}

static void probe_mkdir(void *data, struct cgroup *cgroup, const char *path)
{
	struct cgroup_subsys_state *css = memory_css(cgroup);

	if (css)
		listener->created(cgroup_id(cgroup), css->id);
}

static void probe_attach(void *data, struct cgroup *cgroup, const char *path,
			 struct task_struct *task, bool threadgroup)
{
	struct cgroup_subsys_state *css = NULL;

	/* What has no memcg of its own is charged to an ancestor's. */
	for (; cgroup && !css; cgroup = cgroup_parent(cgroup))
		css = memory_css(cgroup);
	if (css)
		listener->attached(mem_cgroup_from_css(css));
}

static void probe_reclaim(KMEMCGD_TRACE_RECLAIM_BEGIN_ARGS)
{
	struct cgroup_subsys_state *css;

	/* Our own reclaim, and that of other threads of the kernel. */
	if (current->flags & PF_KTHREAD)
		return;
	rcu_read_lock();
	css = task_css(current, memory_cgrp_id);
	listener->stalled(mem_cgroup_from_css(css));
	rcu_read_unlock();
}

static void probe_rmdir(void *data, struct cgroup *cgroup, const char *path)
{
	struct cgroup_subsys_state *css = memory_css(cgroup);
	struct kmemcgd_removal removal;

	if (!css)
		return;
	listener->removed(cgroup_id(cgroup));
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
		listener->queued();
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
	{
		.name = "cgroup_mkdir",
		.probe = probe_mkdir,
		.cap = KMEMCGD_CAP_CREATE_EVENTS,
		.why_absent = "cgroup_mkdir not attached: new memcgs are watched after 10 s",
	},
	{
		.name = "cgroup_attach_task",
		.probe = probe_attach,
		.cap = KMEMCGD_CAP_ATTACH_EVENTS,
		.why_absent = "cgroup_attach_task not attached: more looks at idle memcgs",
	},
	{
		.name = "mm_vmscan_memcg_reclaim_begin",
		.probe = probe_reclaim,
		.cap = KMEMCGD_CAP_STALL_EVENTS,
		.why_absent = "mm_vmscan_memcg_reclaim_begin not attached: hits are seen late",
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
