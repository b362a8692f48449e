// SPDX-License-Identifier: GPL-2.0
/*
 * The source that keeps memory of a node free, by taking it from memcgs with a
 * class: from those that matter least, and use most beyond what they asked for.
 *
 * The node is looked at when it could have reached its threshold, by how fast
 * its free memory falls. Below it, all members are gone through in steps for who
 * gives first; that one gives a turn of slices, and the order is told anew,
 * until the goal is reached. What a member is safe to keep is never taken; if
 * nobody has more than that, nothing is.
 *
 * The kernel's reclaim of a memcg can't be told a node: it takes from all.
 *
 * Locks: one for what is told of it. Members are copied out of their table.
 */
#include <linux/ktime.h>
#include <linux/rcupdate.h>
#include <linux/sched/clock.h>
#include <linux/sched/stat.h>
#include <linux/spinlock.h>

#include "engine.h"
#include "memcg.h"
#include "netlink.h"
#include "params.h"
#include "pressure.h"
#include "qos.h"
#include "ranking.h"
#include "reclaim.h"

/* Slices in a row that took nothing before a member counts as stuck. */
#define STUCK_AFTER 3
/* It is left alone for 8 ms then, twice as long each time, up to 8 s. */
#define STUCK_MAX_SHIFT 13
/* Nobody has any: asked again after 1 ms, then twice that, up to 1 s. */
#define NOTHING_MAX_SHIFT 10
/* Between two events. */
#define SAID_NS (100 * NSEC_PER_MSEC)

static DEFINE_SPINLOCK(lock);
static struct kmemcgd_pressure told;	/* under the lock */
static atomic_t members_changed;

/* Below: the thread for nodes only. */
static struct kmemcgd_pressure pressure; /* copied to what is told */
static struct kmemcgd_keep_free keep;	/* as of the last look */
static struct kmemcgd_fill fill;	/* of the node */
static struct kmemcgd_urge urge;
static struct kmemcgd_ranked giver;	/* whose turn it is */
static u32 turn_pages;			/* that are left of it; 0: nobody's */
static bool choosing;			/* for another slice or more */
static u32 failures;			/* times in a row that nobody had any */
static u64 due_ns;
static u64 interval_ns = KMEMCGD_LOOK_MIN_NS;
static enum kmemcgd_pressure_state said;
static u64 said_ns;

static struct kmemcgd_keep_free read_params(void)
{
	return (struct kmemcgd_keep_free){
		.mb = kmemcgd_param(KMEMCGD_A_CONFIG_NODE_FREE_MB),
		.permille = kmemcgd_param(KMEMCGD_A_CONFIG_NODE_FREE_PERMILLE),
		.gap_percent = kmemcgd_param(KMEMCGD_A_CONFIG_NODE_GAP_PERCENT),
	};
}

static bool is_on(const struct kmemcgd_keep_free *what)
{
	return what->mb || what->permille;
}

bool kmemcgd_pressure_wanted(void)
{
	struct kmemcgd_keep_free params = read_params();

	return is_on(&params);
}

void kmemcgd_pressure_read(struct kmemcgd_pressure *copy)
{
	spin_lock(&lock);
	*copy = told;
	spin_unlock(&lock);
}

void kmemcgd_pressure_removed(u64 cgroup_id)
{
	kmemcgd_qos_delete(cgroup_id);
}

void kmemcgd_pressure_members_changed(void)
{
	atomic_set(&members_changed, 1);
	kmemcgd_engine_kick(KMEMCGD_CREW_NODES);
}

/* In the words of a memcg: what is not margin is used, up to all. */
static u64 used(void)
{
	return kmemcgd_less(pressure.node.pages, pressure.node.margin);
}

/* Where it is at the goal. */
static u64 low_mark(void)
{
	return kmemcgd_less(pressure.node.pages, pressure.node.margins.goal);
}

static u64 time_left_ns(void)
{
	return kmemcgd_fill_time_ns(pressure.node.margin, fill.rate, KMEMCGD_NS_PER_S);
}

static void look(u64 now_ns)
{
	int node_before = pressure.node.id;

	keep = read_params();
	pressure.node = kmemcgd_node_tightest(&keep);
	/* The rate of another node says little of this one's. */
	if (pressure.node.id != node_before)
		fill.last_ns = 0;
	kmemcgd_fill_update(&fill, used(), now_ns,
			    kmemcgd_fill_window_ns(time_left_ns()));
	pressure.fall_rate = fill.rate;
}

static void set_level(u64 now_ns)
{
	u64 late_ns = due_ns ? kmemcgd_less(now_ns, due_ns) : 0;
	u32 level = kmemcgd_level(time_left_ns());

	if (pressure.state == KMEMCGD_PRESSURE_RECLAIMING)
		level = max(level, kmemcgd_margin_level(pressure.node.margin,
							pressure.node.margins.threshold));
	kmemcgd_urge_update(&urge, level,
			    kmemcgd_node_late_level(time_left_ns(), late_ns),
			    now_ns);
}

/* It does not keep up: no more way is given, and slices are large. */
static bool pressing(void)
{
	return urge.level == KMEMCGD_LEVEL_MAX;
}

static void decide(void)
{
	const struct kmemcgd_margins *margins = &pressure.node.margins;
	bool tight = pressure.state == KMEMCGD_PRESSURE_RECLAIMING ||
		     pressure.state == KMEMCGD_PRESSURE_NOTHING;

	if (!is_on(&keep)) {
		pressure.state = KMEMCGD_PRESSURE_OFF;
	} else if (pressure.node.margin >= (tight ? margins->goal :
					       margins->threshold)) {
		pressure.state = KMEMCGD_PRESSURE_CALM;
	} else if (!tight) {
		pressure.state = KMEMCGD_PRESSURE_RECLAIMING;
		pressure.episodes++;
		failures = 0;
		turn_pages = 0;
	}
}

/* Who gives next, as far as this slice gets. */
static void choose(u64 now_ns)
{
	choosing = !kmemcgd_ranking_step(now_ns, &giver);
	if (choosing)
		return;
	if (giver.cgroup_id) {
		pressure.state = KMEMCGD_PRESSURE_RECLAIMING;
		failures = 0;
		turn_pages = KMEMCGD_TURN_PAGES;
		return;
	}
	if (pressure.state != KMEMCGD_PRESSURE_NOTHING)
		pressure.nothings++;
	pressure.state = KMEMCGD_PRESSURE_NOTHING;
	failures++;
}

/* With a reference; NULL: it is gone. */
static struct mem_cgroup *get_giver(void)
{
	struct mem_cgroup *memcg;

	rcu_read_lock();
	memcg = kmemcgd_memcg_online(giver.css_id, giver.cgroup_id);
	if (memcg && !css_tryget(&memcg->css))
		memcg = NULL;
	rcu_read_unlock();
	return memcg;
}

/* Returns the pages that were taken. */
static u32 take(struct kmemcgd_member *member, struct mem_cgroup *memcg,
		u32 pages, u64 now_ns)
{
	u64 began_ns = local_clock(), took_ns, low_events;
	struct kmemcgd_class_stats *class = &pressure.classes[member->qos.rank];
	u32 taken;

	low_events = kmemcgd_memcg_low_events(memcg);
	taken = kmemcgd_reclaim_pages(memcg, pages, member->qos.swap, NULL);
	took_ns = local_clock() - began_ns;

	member->reclaimed_pages += taken;
	member->cpu_ns += took_ns;
	pressure.pages += taken;
	pressure.cpu_ns += took_ns;
	fill.reclaimed += taken;
	class->slices++;
	class->pages += taken;
	/* What memory.low protects below it: see kmemcgd_reclaim_pages(). */
	if (kmemcgd_memcg_low_events(memcg) != low_events)
		member->failures = max_t(u32, member->failures + 1, STUCK_AFTER);
	else
		member->failures = taken ? 0 : member->failures + 1;
	if (member->failures >= STUCK_AFTER)
		member->stuck_until_ns = now_ns +
			kmemcgd_retry_ns(member->failures + 1, STUCK_MAX_SHIFT);
	return taken;
}

/* One slice of whose turn it is; the turn ends when it is not the first any more. */
static void serve(struct kmemcgd_result *result, u64 now_ns)
{
	struct kmemcgd_member member;
	struct kmemcgd_claim claim;
	struct mem_cgroup *memcg;
	u32 pages, taken = 0;

	memcg = get_giver();
	if (!memcg || !kmemcgd_qos_get(giver.cgroup_id, &member)) {
		if (memcg)
			css_put(&memcg->css);
		turn_pages = 0;
		return;
	}
	kmemcgd_qos_read_claim(memcg, &member.qos, &claim);
	if (kmemcgd_claim_over(&claim)) {
		pages = kmemcgd_wmark_slice_pages(used(), low_mark(),
						  pressing() ? 0 : time_left_ns(),
						  !single_task_running());
		pages = kmemcgd_min(pages, claim.usage - claim.safe);
		taken = take(&member, memcg, pages, now_ns);
		kmemcgd_qos_update(&member);
		kmemcgd_qos_read_claim(memcg, &member.qos, &claim);
	}
	css_put(&memcg->css);
	result->cgroup_id = giver.cgroup_id;
	result->pages += taken;
	if (!taken || !kmemcgd_claim_over(&claim) || member.stuck_until_ns > now_ns ||
	    claim.overuse_permille < giver.next_overuse)
		turn_pages = 0;
	else
		turn_pages = kmemcgd_less(turn_pages, taken);
}

static void plan(u64 now_ns, u32 taken, u64 took_ns)
{
	u64 high = kmemcgd_less(pressure.node.pages,
				pressure.node.margins.threshold);

	switch (pressure.state) {
	case KMEMCGD_PRESSURE_OFF:
		due_ns = KMEMCGD_NEVER;
		break;
	case KMEMCGD_PRESSURE_RECLAIMING:
		interval_ns = KMEMCGD_LOOK_MIN_NS;
		due_ns = now_ns + kmemcgd_gap_ns(used(), low_mark(),
						 pressure.node.pages, fill.rate,
						 taken, took_ns);
		break;
	case KMEMCGD_PRESSURE_NOTHING:
		interval_ns = KMEMCGD_LOOK_MIN_NS;
		due_ns = choosing ? now_ns : now_ns +
			kmemcgd_retry_ns(failures, NOTHING_MAX_SHIFT);
		break;
	case KMEMCGD_PRESSURE_CALM:
		interval_ns = kmemcgd_look_interval_ns(used(), high, fill.rate,
						       interval_ns);
		due_ns = now_ns + interval_ns;
		if (interval_ns == KMEMCGD_LOOK_MAX_NS)
			due_ns = kmemcgd_far_ns(now_ns);
		break;
	}
}

static void tell(u64 now_ns)
{
	spin_lock(&lock);
	told = pressure;
	spin_unlock(&lock);
	/* After it is off, nothing else would tell it. */
	if (pressure.state == said || (pressure.state != KMEMCGD_PRESSURE_OFF &&
				       now_ns - said_ns < SAID_NS))
		return;
	said = pressure.state;
	said_ns = now_ns;
	kmemcgd_netlink_pressure_changed(&pressure);
}

static bool params_changed(void)
{
	struct kmemcgd_keep_free params = read_params();

	return params.mb != keep.mb || params.permille != keep.permille ||
	       params.gap_percent != keep.gap_percent;
}

static struct kmemcgd_demand pressure_demand(u64 now_ns)
{
	struct kmemcgd_demand demand = {
		.deadline_ns = due_ns,
		.urgency = KMEMCGD_URGENT,
		.pressing = pressure.state == KMEMCGD_PRESSURE_RECLAIMING &&
			    pressing(),
	};

	if (params_changed() || (pressure.state == KMEMCGD_PRESSURE_NOTHING &&
				 atomic_read(&members_changed)))
		demand.deadline_ns = now_ns;
	if (is_on(&keep))
		demand.boost = kmemcgd_level_boost(urge.level,
						   kmemcgd_param(KMEMCGD_A_CONFIG_NICE_MIN));
	return demand;
}

static void pressure_run(const struct kmemcgd_budget *budget,
			 struct kmemcgd_result *result)
{
	u64 now_ns = budget->now_ns, began_ns = local_clock();

	atomic_set(&members_changed, 0);
	look(now_ns);
	decide();
	set_level(now_ns);
	if (pressure.state >= KMEMCGD_PRESSURE_RECLAIMING) {
		if (turn_pages)
			serve(result, now_ns);
		else
			choose(now_ns);
		now_ns = ktime_get_ns();
	}
	plan(now_ns, result->pages, local_clock() - began_ns);
	tell(now_ns);
}

const struct kmemcgd_source kmemcgd_pressure_source = {
	.name = "pressure",
	.pages_counter = KMEMCGD_A_STATS_NODE_PAGES,
	.demand = pressure_demand,
	.run = pressure_run,
};
