// SPDX-License-Identifier: GPL-2.0
/*
 * The source that frees zombie memcgs.
 *
 * A pass visits the zombies that are due: those removed lately (a queue that
 * a tracepoint fills), those whose backoff has run out (states.c), those that
 * somebody asked for, and, after the load, an overflow of the queue or where
 * there are no tracepoints, all that a walk finds. A visit takes one slice for
 * a usual zombie and as many as needed for a large one; between slices it
 * holds nothing, and finds the zombie again by its ids.
 */
#include <linux/ktime.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include <kmemcgd/backoff.h>

#include "compat/workqueue.h"
#include "engine.h"
#include "memcg.h"
#include "netlink.h"
#include "params.h"
#include "pins.h"
#include "states.h"
#include "stats.h"
#include "sweep.h"
#include "symbols.h"
#include "trace.h"
#include "zombie.h"

/* Memcgs that a walk passes in one slice. */
#define WALK_BATCH 256
/* Visits are gathered into steps of this length, 2^28 ns = 0.27 s. */
#define DUE_SHIFT 28
/* What a requested pass waits for the kernel to release what it let go of. */
#define AFTERMATH_NS (250 * NSEC_PER_MSEC)
/* Reports of freed zombies are this far apart. */
#define REPORT_INTERVAL_NS NSEC_PER_SEC
/* Requests for single zombies that may wait. */
#define MAX_REQUESTS 64

struct target {
	int css_id;
	u64 cgroup_id;
	u64 since_ns;
};

/* What others ask for, under the lock. */
static DEFINE_SPINLOCK(request_lock);
static struct {
	bool all;
	unsigned int count;
	struct target targets[MAX_REQUESTS];
	u64 last_pass;		/* the id of the last pass that was begun */
} request;

/* Set by probes when there is something to report, cleared by the thread. */
static atomic_t report_wanted;

/* Below: the engine's thread only. */
static struct kmemcgd_pass pass;
static bool pass_active;
static bool pass_found_inodes;	/* some zombie is pinned by inodes */
static u64 pass_ends_ns;	/* 0: still working */
static u64 pass_cpu_began_ns;
static u64 pass_freed_began;
static int walk_id;		/* the next css id; 0: no walk */
static u64 walk_due_ns;		/* the next walk; 0: at once */
static u64 walk_untracked;
static u64 untracked;
static struct target asked[MAX_REQUESTS];	/* what this pass was asked for */
static unsigned int asked_count;
static struct kmemcgd_visit visit;
static struct target visiting;
static bool visit_active;
static u64 reported_ns;
static u64 reported_total;

static bool requested(void)
{
	return READ_ONCE(request.all) || READ_ONCE(request.count);
}

static bool enabled(void)
{
	return kmemcgd_param(KMEMCGD_A_CONFIG_ENABLED);
}

u64 kmemcgd_zombie_untracked(void)
{
	return READ_ONCE(untracked);
}

u64 kmemcgd_zombie_left(void)
{
	return kmemcgd_states_count() + kmemcgd_removals_count() +
	       kmemcgd_zombie_untracked();
}

u64 kmemcgd_zombie_reap_all(void)
{
	u64 id;

	spin_lock(&request_lock);
	WRITE_ONCE(request.all, true);
	id = request.last_pass + 1;
	spin_unlock(&request_lock);
	kmemcgd_engine_kick();
	return id;
}

u64 kmemcgd_zombie_reap_one(int css_id, u64 cgroup_id)
{
	u64 id = 0;

	spin_lock(&request_lock);
	if (request.count < MAX_REQUESTS) {
		struct target *target = &request.targets[request.count];

		target->css_id = css_id;
		target->cgroup_id = cgroup_id;
		target->since_ns = ktime_get_ns();
		WRITE_ONCE(request.count, request.count + 1);
		id = request.last_pass + 1;
	}
	spin_unlock(&request_lock);
	kmemcgd_engine_kick();
	return id;
}

/* Called by a probe with interrupts off. */
static void on_removed(void)
{
	kmemcgd_engine_kick();
}

/* Called by a probe with interrupts off. */
static void on_released(u64 cgroup_id)
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
		kmemcgd_engine_kick();
}

const struct kmemcgd_cgroup_listener kmemcgd_zombie_listener = {
	.removed = on_removed,
	.released = on_released,
};

/* When the next pass should begin, and why; KMEMCGD_NEVER: no need. */
static u64 next_pass_ns(u64 now_ns, enum kmemcgd_reason *reason)
{
	struct kmemcgd_removal removal;
	struct kmemcgd_state state;
	u64 at_ns = KMEMCGD_NEVER;

	*reason = KMEMCGD_REASON_RETRY;
	if (requested()) {
		*reason = KMEMCGD_REASON_REAP;
		return now_ns;
	}
	if (walk_due_ns < at_ns) {
		*reason = KMEMCGD_REASON_SCAN;
		at_ns = walk_due_ns;
	}
	if (kmemcgd_states_first(&state) && state.due_ns < at_ns) {
		*reason = KMEMCGD_REASON_RETRY;
		at_ns = state.due_ns;
	}
	if (kmemcgd_removals_peek(&removal)) {
		u64 settled_ns = removal.time_ns +
			kmemcgd_param(KMEMCGD_A_CONFIG_SETTLE_MS) *
			(u64)NSEC_PER_MSEC;

		if (settled_ns < at_ns) {
			*reason = KMEMCGD_REASON_RMDIR;
			at_ns = settled_ns;
		}
	}
	return at_ns;
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
		work_ns = next_pass_ns(now_ns, &reason);
	if (requested() || (pass_active && pass.reason == KMEMCGD_REASON_REAP))
		demand.urgency = KMEMCGD_REQUESTED;
	demand.deadline_ns = min(demand.deadline_ns, work_ns);
	return demand;
}

static void pass_begin(u64 now_ns, enum kmemcgd_reason reason)
{
	spin_lock(&request_lock);
	pass = (struct kmemcgd_pass){
		.id = ++request.last_pass,
		.reason = reason,
		.began_ns = now_ns,
	};
	if (request.all) {
		WRITE_ONCE(request.all, false);
		walk_due_ns = 0;
	}
	memcpy(asked, request.targets, request.count * sizeof(*asked));
	asked_count = request.count;
	WRITE_ONCE(request.count, 0);
	spin_unlock(&request_lock);

	pass_active = true;
	pass_found_inodes = false;
	pass_ends_ns = 0;
	pass_cpu_began_ns = kmemcgd_engine_cpu_ns();
	pass_freed_began = kmemcgd_stats_freed_total();
	/* A walk finds what is queued as well, so it can be forgotten. */
	if (kmemcgd_removals_overflowed() || walk_due_ns <= now_ns) {
		walk_id = 1;
		walk_untracked = 0;
		walk_due_ns = KMEMCGD_NEVER;
	}
	kmemcgd_stats_pass_began(&pass);
	trace_kmemcgd_pass_begin(&pass);
	kmemcgd_netlink_pass_began(&pass);
}

static void pass_end(u64 now_ns)
{
	pass.duration_ns = now_ns - pass.began_ns;
	pass.cpu_ns = kmemcgd_engine_cpu_ns() - pass_cpu_began_ns;
	pass.freed = kmemcgd_stats_freed_total() - pass_freed_began;
	pass.left = kmemcgd_zombie_left();
	pass_active = false;
	kmemcgd_stats_add(KMEMCGD_A_STATS_PASSES, 1);
	kmemcgd_stats_pass_ended(&pass);
	trace_kmemcgd_pass_end(&pass);
	kmemcgd_netlink_pass_ended(&pass);
}

/* Everything was visited: have what is left let go of by other means. */
static void pass_finish(u64 now_ns)
{
	if (pass_found_inodes) {
		pass_found_inodes = false;
		kmemcgd_stats_add(KMEMCGD_A_STATS_WB_CLEANUPS, 1);
		if (kmemcgd_capable(KMEMCGD_CAP_WB_CLEANUP)) {
			queue_work(kmemcgd_unbound_wq(),
				   kmemcgd_wb_cleanup_work);
		} else {
			kmemcgd_sweep_start();
			if (kmemcgd_sweep_running())
				return;
		}
	}
	/* Somebody waits for the count: give the kernel time to release. */
	if (pass.reason == KMEMCGD_REASON_REAP && !pass_ends_ns)
		pass_ends_ns = now_ns + AFTERMATH_NS;
	if (pass_ends_ns <= now_ns)
		pass_end(now_ns);
}

static void pass_abandon(u64 now_ns)
{
	visit_active = false;
	asked_count = 0;
	if (walk_id)
		walk_due_ns = 0;
	walk_id = 0;
	pass_end(now_ns);
}

static void visit_begin(const struct target *target, u16 tries)
{
	visiting = *target;
	visit_active = true;
	kmemcgd_pins_start(&visit, tries);
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
	if (pin == KMEMCGD_PIN_INODE)
		pass_found_inodes = true;
	if (kmemcgd_states_put(&state,
			       kmemcgd_param(KMEMCGD_A_CONFIG_STATES_MAX)))
		walk_untracked++;
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

	memcg = kmemcgd_memcg_get_zombie(visiting.css_id, visiting.cgroup_id);
	if (!memcg) {
		visit_active = false;
		count_released();
		return;
	}
	result->cgroup_id = visiting.cgroup_id;
	visit.sliced = true;
	if (kmemcgd_pins_let_go(memcg, &visit, budget, result))
		visit_end(memcg, now_ns);
	css_put(&memcg->css);
}

static bool take_asked(struct target *target)
{
	if (!asked_count)
		return false;
	*target = asked[--asked_count];
	return true;
}

/*
 * The oldest removal, if it had half of the time to settle: those that came
 * shortly after the first are taken along with it.
 */
static bool take_removal(struct target *target, u64 now_ns)
{
	u64 settle_ns = kmemcgd_param(KMEMCGD_A_CONFIG_SETTLE_MS) *
			(u64)NSEC_PER_MSEC;
	struct kmemcgd_removal removal;
	struct kmemcgd_state state;

	do {
		if (!kmemcgd_removals_peek(&removal) ||
		    now_ns < removal.time_ns + settle_ns / 2)
			return false;
		kmemcgd_removals_pop(&removal);
		/* A walk was faster: its backoff counts from there. */
	} while (kmemcgd_states_read(removal.cgroup_id, &state));
	target->css_id = removal.css_id;
	target->cgroup_id = removal.cgroup_id;
	target->since_ns = removal.time_ns;
	return true;
}

/* The next zombie that a walk finds and that should be visited now. */
static bool take_walked(struct target *target, u64 now_ns)
{
	struct mem_cgroup *memcg;
	bool found = false;
	int passed;

	rcu_read_lock();
	for (passed = 0; passed < WALK_BATCH && !found; passed++, walk_id++) {
		struct kmemcgd_state state;

		memcg = kmemcgd_memcg_next(&walk_id);
		if (!memcg)
			break;
		if (!kmemcgd_memcg_is_zombie(memcg))
			continue;
		target->css_id = walk_id;
		target->cgroup_id = kmemcgd_memcg_id(memcg);
		target->since_ns = now_ns;
		found = pass.reason == KMEMCGD_REASON_REAP ||
			!kmemcgd_states_read(target->cgroup_id, &state);
	}
	rcu_read_unlock();
	if (!memcg) {
		walk_id = 0;
		WRITE_ONCE(untracked, walk_untracked);
		if (untracked)
			walk_due_ns = now_ns + NSEC_PER_MSEC *
				(u64)kmemcgd_param(KMEMCGD_A_CONFIG_BACKOFF_MAX_MS);
		if (!kmemcgd_capable(KMEMCGD_CAP_RMDIR_EVENTS))
			walk_due_ns = now_ns + NSEC_PER_MSEC *
				(u64)kmemcgd_param(KMEMCGD_A_CONFIG_SCAN_INTERVAL_MS);
	}
	return found;
}

static bool take_due(struct target *target, u64 now_ns)
{
	struct kmemcgd_state state;

	if (!kmemcgd_states_first(&state) || state.due_ns > now_ns)
		return false;
	target->css_id = state.css_id;
	target->cgroup_id = state.cgroup_id;
	target->since_ns = state.first_seen_ns;
	return true;
}

/* Begins the next visit of this pass; false when there is none (in a walk: yet). */
static bool next_visit(u64 now_ns)
{
	struct kmemcgd_state state;
	struct target target;
	bool found;

	if (asked_count)
		found = take_asked(&target);
	else if (walk_id)
		found = take_walked(&target, now_ns);
	else
		found = take_removal(&target, now_ns) ||
			take_due(&target, now_ns);
	if (!found)
		return false;
	if (kmemcgd_states_read(target.cgroup_id, &state)) {
		target.since_ns = state.first_seen_ns;
		visit_begin(&target, state.tries);
	} else {
		visit_begin(&target, 0);
	}
	return true;
}

static void run(const struct kmemcgd_budget *budget,
		struct kmemcgd_result *result)
{
	u64 now_ns = budget->now_ns;
	enum kmemcgd_reason reason;

	if (next_report_ns() <= now_ns)
		report_freed(now_ns);
	if (!pass_active) {
		if (!enabled() || next_pass_ns(now_ns, &reason) > now_ns)
			return;
		pass_begin(now_ns, reason);
	}
	if (pass_ends_ns) {
		if (pass_ends_ns <= now_ns)
			pass_end(now_ns);
		return;
	}
	/* Switched off, or asked for something: the rest is for later. */
	if (!enabled() ||
	    (requested() && pass.reason != KMEMCGD_REASON_REAP)) {
		pass_abandon(now_ns);
		return;
	}
	if (!visit_active && kmemcgd_sweep_running())
		kmemcgd_sweep_run(budget, result);
	else if (visit_active || next_visit(now_ns))
		visit_slice(budget, result, now_ns);
	else if (!walk_id)
		pass_finish(now_ns);
	pass.pages += result->pages;
	pass.inodes += result->inodes;
}

static void pause(void)
{
	kmemcgd_sweep_pause();
}

const struct kmemcgd_source kmemcgd_zombie_source = {
	.name = "zombie",
	.demand = demand,
	.run = run,
	.pause = pause,
};
