// SPDX-License-Identifier: GPL-2.0
/*
 * One search goes through all members in the order of their ids, some in each
 * step. Nothing is held between steps: members come and go meanwhile, and who
 * was passed is not seen again before the next search.
 */
#include <linux/rcupdate.h>

#include "memcg.h"
#include "qos.h"
#include "ranking.h"

/* Members in one step. */
#define STEP_MEMBERS 64
/* Times that a search begins anew because members have changed meanwhile. */
#define MAX_RESTARTS 3

static struct kmemcgd_ranked best;
static u64 next_id;		/* 0: no search is under way */
static u32 generation;		/* at its beginning */
static u32 restarts;

static void begin(void)
{
	best = (struct kmemcgd_ranked){};
	generation = kmemcgd_qos_generation();
	kmemcgd_qos_find_below();
	next_id = 1;
}

/* Whether it is over; it may be gone. */
static bool read(const struct kmemcgd_member *member, struct kmemcgd_claim *claim)
{
	struct mem_cgroup *memcg;

	rcu_read_lock();
	memcg = kmemcgd_memcg_online(member->css_id, member->cgroup_id);
	if (memcg)
		kmemcgd_qos_read_claim(memcg, &member->qos, claim);
	rcu_read_unlock();
	/* Without events of removals nobody else would notice. */
	if (!memcg)
		kmemcgd_qos_delete(member->cgroup_id);
	return memcg && kmemcgd_claim_over(claim);
}

static void compare(const struct kmemcgd_member *member, u64 overuse)
{
	u32 rank = member->qos.rank;

	if (best.cgroup_id &&
	    !kmemcgd_gives_before(rank, overuse, best.rank,
				  best.overuse_permille)) {
		if (rank == best.rank)
			best.next_overuse = max(best.next_overuse, overuse);
		return;
	}
	best.next_overuse = best.cgroup_id && rank == best.rank ?
		best.overuse_permille : 0;
	best.cgroup_id = member->cgroup_id;
	best.css_id = member->css_id;
	best.rank = rank;
	best.overuse_permille = overuse;
}

bool kmemcgd_ranking_step(u64 now_ns, struct kmemcgd_ranked *first)
{
	struct kmemcgd_member member;
	struct kmemcgd_claim claim;
	int passed;

	if (!next_id)
		begin();
	for (passed = 0; passed < STEP_MEMBERS; passed++) {
		if (!kmemcgd_qos_next(next_id, &member)) {
			next_id = 0;
			break;
		}
		next_id = member.cgroup_id + 1;
		if (read(&member, &claim) && !member.has_below &&
		    member.stuck_until_ns <= now_ns)
			compare(&member, claim.overuse_permille);
	}
	if (next_id)
		return false;
	/* One below a member may have come that the member must not give for. */
	if (generation != kmemcgd_qos_generation() && restarts < MAX_RESTARTS) {
		restarts++;
		return false;
	}
	restarts = 0;
	*first = best;
	return true;
}
