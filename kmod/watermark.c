// SPDX-License-Identifier: GPL-2.0
/*
 * The sources that keep memcgs with a watermark policy below their limits, and
 * that find out which memcgs those are.
 *
 * Each is looked at when it could have reached its high mark, by how fast it
 * fills; nothing is looked at before. From the high mark on it is reclaimed
 * from in slices until the low mark is reached. What can't be reclaimed, or
 * what is read again as soon as it was, is left alone for a while.
 *
 * Locks: none. A watch is taken out of the table while it is worked on, so that
 * several threads can work on several of them.
 */
#include <linux/kfifo.h>
#include <linux/ktime.h>
#include <linux/rcupdate.h>

#include "engine.h"
#include "memcg.h"
#include "params.h"
#include "policies.h"
#include "watch.h"
#include "watches.h"
#include "watermark.h"

/* What was made before it could be watched is found after so long. */
#define APPLY_INTERVAL_NS (10 * NSEC_PER_SEC)
/* Memcgs that are passed in one step of that, and found in it. */
#define APPLY_BATCH 256
#define APPLY_FOUND 16
/* New memcgs between two turns of the thread; beyond, all are gone through. */
#define MAX_CREATIONS 1024
/* When a task joins a memcg that was quiet. */
#define JOINED_NS (10 * NSEC_PER_MSEC)

struct creation {
	u64 cgroup_id;
	int css_id;
};

static DEFINE_KFIFO(creations, struct creation, MAX_CREATIONS);
static atomic_t creations_lost;

/* Below: the first thread for watermarks only. */
static int apply_id;		/* the next css id; 0: not under way */
static u64 apply_due_ns;

/* What applies to a memcg, found out under RCU. */
struct found {
	u64 cgroup_id;
	int css_id;
	bool on;
	u64 policy_id;
	struct kmemcgd_wmark_policy policy;
};

static void find(struct mem_cgroup *memcg, int css_id, struct found *found)
{
	found->cgroup_id = kmemcgd_memcg_id(memcg);
	found->css_id = css_id;
	found->on = kmemcgd_policies_effective(memcg, &found->policy,
					       &found->policy_id);
}

static int watch(const struct found *found, u32 generation)
{
	int err;

	if (!found->on) {
		kmemcgd_watches_remove(found->cgroup_id);
		return 0;
	}
	err = kmemcgd_watches_add(found->cgroup_id, found->css_id,
				  &found->policy, found->policy_id, generation,
				  kmemcgd_param(KMEMCGD_A_CONFIG_WATCHES_MAX));
	/* Who has changed the policies goes through all memcgs after it. */
	return err == -EAGAIN ? 0 : err;
}

/* One step; @css_id is 0 after the last one. */
static int apply_step(int *css_id)
{
	u32 generation = kmemcgd_policies_generation();
	struct found found[APPLY_FOUND];
	struct mem_cgroup *memcg;
	int passed, i, count = 0, err = 0;

	rcu_read_lock();
	for (passed = 0; passed < APPLY_BATCH && count < APPLY_FOUND;
	     passed++, ++*css_id) {
		memcg = kmemcgd_memcg_next(css_id);
		if (!memcg)
			break;
		if (!kmemcgd_memcg_online(*css_id, kmemcgd_memcg_id(memcg)))
			continue;
		find(memcg, *css_id, &found[count]);
		if (found[count].on ||
		    kmemcgd_watches_has(found[count].cgroup_id))
			count++;
	}
	rcu_read_unlock();
	if (!memcg)
		*css_id = 0;
	for (i = 0; i < count; i++)
		err = watch(&found[i], generation) ?: err;
	return err;
}

int kmemcgd_watermark_apply(void)
{
	int css_id = 1, err = 0;

	do {
		err = apply_step(&css_id) ?: err;
		cond_resched();
	} while (css_id);
	kmemcgd_engine_kick(KMEMCGD_CREW_WATERMARKS);
	return err;
}

static void apply_creation(void)
{
	u32 generation = kmemcgd_policies_generation();
	struct creation creation;
	struct mem_cgroup *memcg;
	struct found found;

	if (!kfifo_get(&creations, &creation))
		return;
	rcu_read_lock();
	memcg = kmemcgd_memcg_online(creation.css_id, creation.cgroup_id);
	if (memcg)
		find(memcg, creation.css_id, &found);
	rcu_read_unlock();
	if (memcg)
		watch(&found, generation);
}

/* Called by a probe with interrupts off; one at a time. */
void kmemcgd_watermark_created(u64 cgroup_id, int css_id)
{
	struct creation creation = {
		.cgroup_id = cgroup_id,
		.css_id = css_id,
	};

	if (!kmemcgd_policies_any())
		return;
	if (!kfifo_put(&creations, creation))
		atomic_set(&creations_lost, 1);
	kmemcgd_engine_kick(KMEMCGD_CREW_WATERMARKS);
}

/* Likewise. */
void kmemcgd_watermark_removed(u64 cgroup_id)
{
	kmemcgd_watches_remove(cgroup_id);
	kmemcgd_policies_delete(cgroup_id);
}

/* Called by probes, with a memcg that can't go meanwhile. */
static void nudge(struct mem_cgroup *memcg, u64 by_ns)
{
	struct cgroup_subsys_state *css;
	bool changed = false;

	for (css = &memcg->css; css->parent; css = css->parent)
		changed |= kmemcgd_watches_nudge(cgroup_id(css->cgroup), by_ns);
	if (changed)
		kmemcgd_engine_kick(KMEMCGD_CREW_WATERMARKS);
}

void kmemcgd_watermark_attached(struct mem_cgroup *memcg)
{
	if (kmemcgd_watches_count())
		nudge(memcg, ktime_get_ns() + JOINED_NS);
}

void kmemcgd_watermark_stalled(struct mem_cgroup *memcg)
{
	if (kmemcgd_watches_count())
		nudge(memcg, ktime_get_ns());
}

/* Somebody will stall if it is late. */
static struct kmemcgd_demand watch_demand(u64 now_ns)
{
	struct kmemcgd_demand demand = { .urgency = KMEMCGD_URGENT };
	u32 level = 0;

	demand.deadline_ns = kmemcgd_watches_first(&level, &demand.pressing);
	demand.boost = kmemcgd_level_boost(level,
					   kmemcgd_param(KMEMCGD_A_CONFIG_NICE_MIN));
	return demand;
}

static void watch_run(const struct kmemcgd_budget *budget,
		      struct kmemcgd_result *result)
{
	struct kmemcgd_watch watch;

	/* Many looks are one slice, reclaim from one memcg is another. */
	while (!result->pages && kmemcgd_watches_take(budget->now_ns, &watch)) {
		kmemcgd_watch_serve(&watch, budget, result);
		if (local_clock() >= budget->end_ns)
			break;
	}
}

static struct kmemcgd_demand policy_demand(u64 now_ns)
{
	struct kmemcgd_demand demand = {
		.deadline_ns = KMEMCGD_NEVER,
		.urgency = KMEMCGD_REQUESTED,
	};

	if (!kfifo_is_empty(&creations) || atomic_read(&creations_lost) ||
	    apply_id)
		demand.deadline_ns = now_ns;
	else if (kmemcgd_policies_any())
		demand.deadline_ns = apply_due_ns;
	return demand;
}

static void policy_run(const struct kmemcgd_budget *budget,
		       struct kmemcgd_result *result)
{
	if (!kfifo_is_empty(&creations)) {
		apply_creation();
		return;
	}
	if (!apply_id) {
		apply_id = 1;
		atomic_set(&creations_lost, 0);
	}
	apply_step(&apply_id);
	/* Together with the far looks. */
	if (!apply_id)
		apply_due_ns = kmemcgd_far_ns(budget->now_ns +
					      APPLY_INTERVAL_NS);
}

const struct kmemcgd_source kmemcgd_watermark_source = {
	.name = "watermark",
	.pages_counter = KMEMCGD_A_STATS_WATERMARK_PAGES,
	.demand = watch_demand,
	.run = watch_run,
};

const struct kmemcgd_source kmemcgd_policy_source = {
	.name = "policy",
	.demand = policy_demand,
	.run = policy_run,
};
