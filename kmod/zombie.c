// SPDX-License-Identifier: GPL-2.0
/*
 * The source that frees zombie memcgs.
 *
 * A pass visits the zombies that targets.c names. A visit takes one slice for
 * a usual zombie and as many as needed for a large one; between slices it
 * holds nothing, and finds the zombie again by its ids. What stays is
 * remembered in states.c, with the time of its next visit.
 */
#include <linux/ktime.h>

#include <kmemcgd/backoff.h>
#include <kmemcgd/pacing.h>

#include "cgroup_events.h"
#include "engine.h"
#include "journal.h"
#include "memcg.h"
#include "netlink.h"
#include "params.h"
#include "pins.h"
#include "states.h"
#include "stats.h"
#include "sweep.h"
#include "targets.h"
#include "trace.h"
#include "writeback.h"
#include "zombie.h"

/* Visits are gathered into steps of this length, 2^28 ns = 0.27 s. */
#define DUE_SHIFT 28
/* What a pass waits for the kernel to release what it was asked to let go of. */
#define AFTERMATH_NS (250 * NSEC_PER_MSEC)
/* Steps of writing inodes back in one pass. */
#define WRITE_STEPS 1024
/* Reports of freed zombies are this far apart. */
#define REPORT_INTERVAL_NS NSEC_PER_SEC
/*
 * So many zombies are let go of in the time in which the CPU cap gives what
 * they cost, which is about that for each.
 */
#define SPREAD_COUNT 4
#define SPREAD_COST_NS (100 * NSEC_PER_USEC)

/* Set by probes when there is something to report, cleared by the thread. */
static atomic_t report_wanted;

/* Below: the thread for zombies only. */
static struct kmemcgd_pass pass;
static bool pass_active;
static bool pass_hurry;		/* somebody waits for it */
static bool pass_found_inodes;	/* some zombie is pinned by inodes */
static bool pass_found_journal;	/* likewise by journal buffers */
static u32 pass_writes;		/* steps of writing inodes back */
static struct kmemcgd_journal_steps pass_journal;
static bool pass_has_aftermath;	/* the kernel will release some a bit later */
static u64 pass_ends_ns;	/* 0: still working */
static u64 pass_cpu_began_ns;
static u64 pass_freed_began;
static struct kmemcgd_visit visit;
static struct kmemcgd_target visiting;
static bool visit_active;
static u32 spread_count;	/* let go of since spread_began_ns */
static u64 spread_began_ns;
static u64 rest_ends_ns;
static u64 reported_ns;
static u64 reported_total;

static bool enabled(void)
{
	return kmemcgd_param(KMEMCGD_A_CONFIG_ENABLED);
}

u64 kmemcgd_zombie_left(void)
{
	return kmemcgd_states_count() + kmemcgd_removals_count() +
	       kmemcgd_targets_untracked();
}

u64 kmemcgd_zombie_reap_all(bool capped)
{
	u64 pass_id = kmemcgd_targets_ask_all(capped);

	kmemcgd_engine_kick(KMEMCGD_CREW_ZOMBIES);
	return pass_id;
}

u64 kmemcgd_zombie_reap_one(int css_id, u64 cgroup_id, bool capped)
{
	u64 pass_id = kmemcgd_targets_ask_one(css_id, cgroup_id, capped);

	kmemcgd_engine_kick(KMEMCGD_CREW_ZOMBIES);
	return pass_id;
}

/* Called by a probe with interrupts off. */
void kmemcgd_zombie_queued(void)
{
	kmemcgd_engine_kick(KMEMCGD_CREW_ZOMBIES);
}

/* Called by a probe with interrupts off. */
void kmemcgd_zombie_released(u64 cgroup_id)
{
	if (!kmemcgd_states_remove(cgroup_id))
		return;
	kmemcgd_stats_add(KMEMCGD_A_STATS_FREED, 1);
	trace_kmemcgd_freed(cgroup_id);
	/*
	 * A kick each would cost more than the news is worth: once to have a
	 * report made, and once when there is nothing left to wait for.
	 */
	if (!kmemcgd_states_count() ||
	    (kmemcgd_netlink_listening() && !atomic_xchg(&report_wanted, 1)))
		kmemcgd_engine_kick(KMEMCGD_CREW_ZOMBIES);
}

static void report_freed(u64 now_ns)
{
	u64 total = kmemcgd_stats_freed_total();

	atomic_set(&report_wanted, 0);
	kmemcgd_netlink_freed(total - reported_total, total);
	reported_total = total;
	reported_ns = now_ns;
}

static u64 next_report_ns(void)
{
	if (kmemcgd_stats_freed_total() == reported_total)
		return KMEMCGD_NEVER;
	if (!kmemcgd_netlink_listening()) {
		reported_total = kmemcgd_stats_freed_total();
		return KMEMCGD_NEVER;
	}
	return reported_ns + REPORT_INTERVAL_NS;
}

static struct kmemcgd_demand demand(u64 now_ns)
{
	struct kmemcgd_demand demand = { .deadline_ns = next_report_ns() };
	u64 work_ns = KMEMCGD_NEVER;
	enum kmemcgd_reason reason;

	if (pass_active)
		work_ns = pass_ends_ns;
	else if (enabled())
		work_ns = kmemcgd_targets_due_ns(now_ns, &reason);
	if (kmemcgd_targets_hurry() || (pass_active && pass_hurry))
		demand.urgency = KMEMCGD_REQUESTED;
	else
		work_ns = max(work_ns, rest_ends_ns);
	demand.deadline_ns = min(demand.deadline_ns, work_ns);
	return demand;
}

static void pass_begin(const struct kmemcgd_budget *budget,
		       enum kmemcgd_reason reason)
{
	u64 id = kmemcgd_targets_begin(budget->now_ns, &reason, &pass_hurry);

	pass = (struct kmemcgd_pass){
		.id = id,
		.reason = reason,
		.began_ns = budget->now_ns,
	};
	pass_active = true;
	pass_found_inodes = false;
	pass_found_journal = false;
	pass_writes = 0;
	kmemcgd_journal_begin(&pass_journal);
	/* Who asked waits for the count. */
	pass_has_aftermath = reason == KMEMCGD_REASON_REAP;
	pass_ends_ns = 0;
	pass_cpu_began_ns = budget->cpu_ns;
	pass_freed_began = kmemcgd_stats_freed_total();
	kmemcgd_stats_pass_began(&pass);
	trace_kmemcgd_pass_begin(&pass);
	kmemcgd_netlink_pass_began(&pass);
}

static void pass_end(const struct kmemcgd_budget *budget)
{
	s64 cpu_ns;

	pass.duration_ns = budget->now_ns - pass.began_ns;
	/* A correction of the estimate may have been larger than the pass. */
	cpu_ns = budget->cpu_ns - pass_cpu_began_ns;
	pass.cpu_ns = max_t(s64, cpu_ns, 0);
	pass.freed = kmemcgd_stats_freed_total() - pass_freed_began;
	pass.left = kmemcgd_zombie_left();
	pass_active = false;
	kmemcgd_stats_add(KMEMCGD_A_STATS_PASSES, 1);
	kmemcgd_stats_pass_ended(&pass);
	trace_kmemcgd_pass_end(&pass);
	kmemcgd_netlink_pass_ended(&pass);
}

/*
 * Notes that so many were let go of, and rests after some. The kernel releases
 * them in kworkers of normal priority, and all of one RCU grace period in one
 * go; and whoever wants that CPU then waits.
 */
static void spread(u64 now_ns, unsigned int count)
{
	u32 cap_permille = kmemcgd_param(KMEMCGD_A_CONFIG_CPU_CAP_PERMILLE);

	if (!spread_count)
		spread_began_ns = now_ns;
	spread_count += count;
	if (spread_count < SPREAD_COUNT)
		return;
	spread_count = 0;
	rest_ends_ns = spread_began_ns + SPREAD_COUNT * SPREAD_COST_NS *
					 KMEMCGD_PERMILLE / cap_permille;
	if (rest_ends_ns > now_ns)
		kmemcgd_stats_add(KMEMCGD_A_STATS_THROTTLED_NS,
				  rest_ends_ns - now_ns);
}

/* Everything was visited: have the rest let go of by other means. */
static void pass_finish(const struct kmemcgd_budget *budget)
{
	if (pass_found_journal) {
		/* What they let go of is taken at the next visit. */
		if (kmemcgd_journal_step(&pass_journal))
			return;
		pass_found_journal = false;
	}
	if (pass_found_inodes) {
		unsigned int detached;

		/* What is marked dirty is not detached. */
		if (pass_writes++ < WRITE_STEPS && kmemcgd_writeback_write())
			return;
		detached = pass_hurry ? 0 : kmemcgd_writeback_detach_some();
		if (detached) {
			spread(budget->now_ns, detached);
			return;
		}
		pass_found_inodes = false;
		pass_has_aftermath = true;
		if (!kmemcgd_writeback_detach())
			return;
	}
	if (pass_has_aftermath)
		pass_ends_ns = budget->now_ns + AFTERMATH_NS;
	else
		pass_end(budget);
}

static void pass_abandon(const struct kmemcgd_budget *budget)
{
	kmemcgd_targets_abandon(visit_active);
	visit_active = false;
	pass_end(budget);
}

static void visit_begin(const struct kmemcgd_target *target)
{
	visiting = *target;
	visit_active = true;
	kmemcgd_pins_start(&visit, target->tries);
}

static void remember(enum kmemcgd_pin pin, u64 now_ns)
{
	bool clocked = pin == KMEMCGD_PIN_DIRTY || pin == KMEMCGD_PIN_JOURNAL;
	struct kmemcgd_state state = {
		.cgroup_id = visiting.cgroup_id,
		.css_id = visiting.css_id,
		.tries = visit.tries < U16_MAX ? visit.tries + 1 : U16_MAX,
		.pin = pin,
		.first_seen_ns = visiting.since_ns,
	};
	u64 due_ns;

	due_ns = now_ns + NSEC_PER_MSEC *
		kmemcgd_backoff_ms(state.tries, clocked,
				   kmemcgd_param(KMEMCGD_A_CONFIG_BACKOFF_MIN_MS),
				   kmemcgd_param(KMEMCGD_A_CONFIG_BACKOFF_MAX_MS));
	state.due_ns = ((due_ns >> DUE_SHIFT) + 1) << DUE_SHIFT;
	kmemcgd_stats_add(KMEMCGD_A_STATS_BACKOFFS, 1);
	pass_found_inodes |= pin == KMEMCGD_PIN_INODE ||
			     pin == KMEMCGD_PIN_DIRTY;
	pass_found_journal |= pin == KMEMCGD_PIN_JOURNAL;
	if (kmemcgd_states_put(&state,
			       kmemcgd_param(KMEMCGD_A_CONFIG_STATES_MAX)))
		kmemcgd_targets_note_untracked();
}

/* With a css reference, so that it can't be released before it is known. */
static void visit_end(struct mem_cgroup *memcg, u64 now_ns)
{
	enum kmemcgd_pin pin = kmemcgd_pins_classify(memcg, &visit);

	visit_active = false;
	pass.visited++;
	kmemcgd_stats_add(KMEMCGD_A_STATS_VISITS, 1);
	if (!visit.tries)
		kmemcgd_stats_add(KMEMCGD_A_STATS_SEEN, 1);
	if (visit.took || pin == KMEMCGD_PIN_NONE)
		spread(now_ns, 1);
	if (pin != KMEMCGD_PIN_NONE) {
		remember(pin, now_ns);
		return;
	}
	/* Ours is the last reference: its release can't be missed. */
	kmemcgd_states_remove(visiting.cgroup_id);
	kmemcgd_stats_add(KMEMCGD_A_STATS_FREED, 1);
	trace_kmemcgd_freed(visiting.cgroup_id);
}

/*
 * The zombie is not there any more. Where it has state, the tracepoint has not
 * told of it. Without, it is ours if the first visit had begun.
 */
static void count_released(void)
{
	bool known = kmemcgd_states_remove(visiting.cgroup_id);
	bool first = visit.sliced && !visit.tries;

	if (first) {
		pass.visited++;
		kmemcgd_stats_add(KMEMCGD_A_STATS_VISITS, 1);
		kmemcgd_stats_add(KMEMCGD_A_STATS_SEEN, 1);
	}
	if (known || first) {
		kmemcgd_stats_add(KMEMCGD_A_STATS_FREED, 1);
		trace_kmemcgd_freed(visiting.cgroup_id);
	}
}

static void visit_slice(const struct kmemcgd_budget *budget,
			struct kmemcgd_result *result, u64 now_ns)
{
	struct mem_cgroup *memcg;
	bool done;

	memcg = kmemcgd_memcg_get_zombie(visiting.css_id, visiting.cgroup_id);
	if (!memcg) {
		visit_active = false;
		count_released();
		return;
	}
	result->cgroup_id = visiting.cgroup_id;
	visit.sliced = true;
	done = kmemcgd_pins_let_go(memcg, &visit, budget, result);
	visit.took |= result->pages || result->inodes;
	if (done)
		visit_end(memcg, now_ns);
	css_put(&memcg->css);
}

static void run(const struct kmemcgd_budget *budget,
		struct kmemcgd_result *result)
{
	u64 now_ns = budget->now_ns;
	struct kmemcgd_target target;
	enum kmemcgd_reason reason;

	if (next_report_ns() <= now_ns)
		report_freed(now_ns);
	if (!pass_active) {
		if (!enabled() || kmemcgd_targets_due_ns(now_ns, &reason) > now_ns)
			return;
		pass_begin(budget, reason);
	}
	if (pass_ends_ns) {
		if (pass_ends_ns <= now_ns)
			pass_end(budget);
		return;
	}
	/* Switched off, or asked for something: the rest is for later. */
	if (!enabled() ||
	    (kmemcgd_targets_asked() &&
	     pass.reason != KMEMCGD_REASON_REAP)) {
		pass_abandon(budget);
		return;
	}
	if (!visit_active && kmemcgd_sweep_running()) {
		kmemcgd_sweep_run(budget, result);
	} else {
		if (!visit_active && kmemcgd_targets_next(now_ns, &target))
			visit_begin(&target);
		if (visit_active)
			visit_slice(budget, result, now_ns);
		else if (!kmemcgd_targets_walking())
			pass_finish(budget);
	}
	pass.pages += result->pages;
	pass.inodes += result->inodes;
}

static void pause(void)
{
	kmemcgd_sweep_pause();
}

const struct kmemcgd_source kmemcgd_zombie_source = {
	.name = "zombie",
	.pages_counter = KMEMCGD_A_STATS_ZOMBIE_PAGES,
	.demand = demand,
	.run = run,
	.pause = pause,
};
