// SPDX-License-Identifier: GPL-2.0
/*
 * Which zombie is visited next: those that somebody asked for, those that a
 * walk over all memcgs finds, those removed lately (a queue that a tracepoint
 * fills), and those whose backoff has run out (states.c), in this order.
 *
 * Walks are for what was there before the module, for an overflow of the
 * queue, for requests, and for kernels without tracepoints.
 */
#include <linux/ktime.h>
#include <linux/rcupdate.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include <kmemcgd/backoff.h>

#include "cgroup_events.h"
#include "memcg.h"
#include "params.h"
#include "source.h"
#include "states.h"
#include "symbols.h"
#include "targets.h"

/* Memcgs that a walk passes in one slice. */
#define WALK_BATCH 256
/* Between looks at a removed memcg that is not offline yet. */
#define OFFLINE_RETRY_NS (100 * NSEC_PER_MSEC)
/* For so long the removals behind it wait for it. */
#define OFFLINE_WAIT_NS (10 * NSEC_PER_SEC)
/* Requests for single zombies that may wait. */
#define MAX_REQUESTS 64

/* What others ask for. */
static DEFINE_SPINLOCK(request_lock);
static struct {
	bool all;
	bool hurry;			/* somebody waits: no CPU cap */
	unsigned int count;
	struct kmemcgd_target targets[MAX_REQUESTS];
	u64 last_pass;			/* the id of the pass begun last */
} request;

/* Below: the thread for zombies only. */
static struct kmemcgd_target asked[MAX_REQUESTS];	/* by this pass */
static unsigned int asked_count;
static bool revisit;			/* this pass ignores backoffs */
static int walk_id;			/* the next css id; 0: no walk */
static u64 walk_due_ns;			/* of the next walk; 0: at once */
static u64 walk_untracked;		/* met by this walk */
static u32 walk_removals;		/* that it finds as well */
static bool walk_met_going;		/* one that is not offline yet */
static u32 walks_met_going;		/* of the last ones, without a break */
static u64 untracked;			/* met by the last one */

static u64 param_ns(enum kmemcgd_a_config which)
{
	return kmemcgd_param(which) * (u64)NSEC_PER_MSEC;
}

bool kmemcgd_targets_asked(void)
{
	return READ_ONCE(request.all) || READ_ONCE(request.count);
}

bool kmemcgd_targets_hurry(void)
{
	return READ_ONCE(request.hurry);
}

u64 kmemcgd_targets_untracked(void)
{
	return READ_ONCE(untracked);
}

/* With the lock held. */
static void note_hurry(bool capped)
{
	if (!capped)
		WRITE_ONCE(request.hurry, true);
}

u64 kmemcgd_targets_ask_all(bool capped)
{
	u64 pass;

	spin_lock(&request_lock);
	WRITE_ONCE(request.all, true);
	note_hurry(capped);
	pass = request.last_pass + 1;
	spin_unlock(&request_lock);
	return pass;
}

u64 kmemcgd_targets_ask_one(int css_id, u64 cgroup_id, bool capped)
{
	u64 pass = 0;

	spin_lock(&request_lock);
	if (request.count < MAX_REQUESTS) {
		request.targets[request.count] = (struct kmemcgd_target){
			.css_id = css_id,
			.cgroup_id = cgroup_id,
			.since_ns = ktime_get_ns(),
		};
		WRITE_ONCE(request.count, request.count + 1);
		note_hurry(capped);
		pass = request.last_pass + 1;
	}
	spin_unlock(&request_lock);
	return pass;
}

static bool is_going(const struct kmemcgd_removal *removal)
{
	return kmemcgd_memcg_id_is_going(removal->css_id, removal->cgroup_id);
}

static u64 settled_ns(const struct kmemcgd_removal *removal)
{
	return removal->time_ns + param_ns(KMEMCGD_A_CONFIG_SETTLE_MS);
}

/*
 * Whether it is worth waiting for. The kernel usually takes them offline in
 * order, a bit late on a busy host, so those behind it are not offline either.
 * But from 7.2 on one stays online until its last task has exited, which may
 * hang there.
 */
static bool is_awaited(const struct kmemcgd_removal *removal, u64 now_ns)
{
	return now_ns < settled_ns(removal) + OFFLINE_WAIT_NS &&
	       is_going(removal);
}

/* When the oldest removal is due. */
static u64 removal_due_ns(u64 now_ns)
{
	struct kmemcgd_removal removal;
	u64 due_ns;

	if (!kmemcgd_removals_peek(&removal))
		return KMEMCGD_NEVER;
	due_ns = settled_ns(&removal);
	return due_ns <= now_ns && is_awaited(&removal, now_ns) ?
		now_ns + OFFLINE_RETRY_NS : due_ns;
}

u64 kmemcgd_targets_due_ns(u64 now_ns, enum kmemcgd_reason *reason)
{
	u64 removal_ns = removal_due_ns(now_ns);
	struct kmemcgd_state state;
	u64 at_ns = KMEMCGD_NEVER;

	*reason = KMEMCGD_REASON_RETRY;
	if (kmemcgd_targets_asked()) {
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
	if (removal_ns < at_ns) {
		*reason = KMEMCGD_REASON_RMDIR;
		at_ns = removal_ns;
	}
	return at_ns;
}

u64 kmemcgd_targets_begin(u64 now_ns, enum kmemcgd_reason *reason, bool *hurry)
{
	u64 pass;
	bool all;

	spin_lock(&request_lock);
	pass = ++request.last_pass;
	all = request.all;
	WRITE_ONCE(request.all, false);
	*hurry = request.hurry;
	WRITE_ONCE(request.hurry, false);
	memcpy(asked, request.targets, request.count * sizeof(*asked));
	asked_count = request.count;
	WRITE_ONCE(request.count, 0);
	spin_unlock(&request_lock);

	if (all || asked_count)
		*reason = KMEMCGD_REASON_REAP;
	revisit = all;
	/* What did not fit into the queue, only a walk can find. */
	if (kmemcgd_removals_overflowed() || all || walk_due_ns <= now_ns) {
		walk_id = 1;
		walk_untracked = 0;
		walk_removals = kmemcgd_removals_count();
		walk_met_going = false;
		walk_due_ns = KMEMCGD_NEVER;
	}
	return pass;
}

void kmemcgd_targets_abandon(bool in_visit)
{
	asked_count = 0;
	if (walk_id || in_visit)
		walk_due_ns = 0;
	walk_id = 0;
}

void kmemcgd_targets_note_untracked(void)
{
	if (walk_id) {
		walk_untracked++;
		return;
	}
	/* Only a walk will find it again. */
	WRITE_ONCE(untracked, untracked + 1);
	walk_due_ns = min(walk_due_ns, ktime_get_ns() +
			  param_ns(KMEMCGD_A_CONFIG_BACKOFF_MAX_MS));
}

bool kmemcgd_targets_walking(void)
{
	return walk_id;
}

/*
 * Some are not offline yet, and no removal is there for them any more. One may
 * stay so for long: walks for it get rare.
 */
static void walk_again(u64 now_ns)
{
	u64 delay_ms = kmemcgd_backoff_ms(walks_met_going, false,
				kmemcgd_param(KMEMCGD_A_CONFIG_BACKOFF_MIN_MS),
				kmemcgd_param(KMEMCGD_A_CONFIG_BACKOFF_MAX_MS));

	walk_due_ns = min(walk_due_ns, now_ns + delay_ms * NSEC_PER_MSEC);
}

static bool take_asked(struct kmemcgd_target *target)
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
static bool take_removal(struct kmemcgd_target *target, u64 now_ns)
{
	u64 settle_ns = param_ns(KMEMCGD_A_CONFIG_SETTLE_MS);
	struct kmemcgd_removal removal;
	struct kmemcgd_state state;
	bool going;

	do {
		if (!kmemcgd_removals_peek(&removal) ||
		    now_ns < removal.time_ns + settle_ns / 2 ||
		    is_awaited(&removal, now_ns))
			return false;
		kmemcgd_removals_pop(&removal);
		going = is_going(&removal);
		if (going)
			walk_again(now_ns);
		/* A walk was faster: its backoff counts from there. */
	} while (going || kmemcgd_states_read(removal.cgroup_id, &state));
	*target = (struct kmemcgd_target){
		.css_id = removal.css_id,
		.cgroup_id = removal.cgroup_id,
		.since_ns = removal.time_ns,
	};
	return true;
}

static bool take_due(struct kmemcgd_target *target, u64 now_ns)
{
	struct kmemcgd_state state;

	if (!kmemcgd_states_first(&state) || state.due_ns > now_ns)
		return false;
	*target = (struct kmemcgd_target){
		.css_id = state.css_id,
		.cgroup_id = state.cgroup_id,
	};
	return true;
}

/*
 * Forgets the removals that the walk had in it, some at a time. What it freed
 * would be counted as left until their time has come.
 */
static bool forget_removals(void)
{
	struct kmemcgd_removal removal;
	unsigned int i;

	for (i = 0; i < WALK_BATCH && walk_removals; i++, walk_removals--)
		if (!kmemcgd_removals_pop(&removal))
			break;
	return i == WALK_BATCH;
}

/* The walk is over; there may have to be another. */
static void walk_ended(u64 now_ns)
{
	walk_id = 0;
	WRITE_ONCE(untracked, walk_untracked);
	if (untracked)
		walk_due_ns = now_ns + param_ns(KMEMCGD_A_CONFIG_BACKOFF_MAX_MS);
	/* It may be one that had no room in the queue of removals. */
	walks_met_going = walk_met_going ? walks_met_going + 1 : 0;
	if (walk_met_going)
		walk_again(now_ns);
	if (!kmemcgd_capable(KMEMCGD_CAP_RMDIR_EVENTS))
		walk_due_ns = now_ns + param_ns(KMEMCGD_A_CONFIG_SCAN_INTERVAL_MS);
}

/* The next zombie within one step of the walk that should be visited now. */
static bool take_walked(struct kmemcgd_target *target, u64 now_ns)
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
		walk_met_going |= kmemcgd_memcg_is_going(memcg);
		if (!kmemcgd_memcg_is_zombie(memcg))
			continue;
		*target = (struct kmemcgd_target){
			.css_id = walk_id,
			.cgroup_id = kmemcgd_memcg_id(memcg),
			.since_ns = now_ns,
		};
		found = revisit ||
			!kmemcgd_states_read(target->cgroup_id, &state);
	}
	rcu_read_unlock();
	if (!memcg && !forget_removals())
		walk_ended(now_ns);
	return found;
}

bool kmemcgd_targets_next(u64 now_ns, struct kmemcgd_target *target)
{
	struct kmemcgd_state state;
	bool found;

	if (asked_count)
		found = take_asked(target);
	else if (walk_id)
		found = take_walked(target, now_ns);
	else
		found = take_removal(target, now_ns) ||
			take_due(target, now_ns);
	if (found && kmemcgd_states_read(target->cgroup_id, &state)) {
		target->since_ns = state.first_seen_ns;
		target->tries = state.tries;
	}
	return found;
}
