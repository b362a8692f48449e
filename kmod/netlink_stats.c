// SPDX-License-Identifier: GPL-2.0
/* KMEMCGD_CMD_GET_STATS and _RESET_STATS */
#include <linux/ktime.h>

#include "netlink_internal.h"
#include "states.h"
#include "stats.h"
#include "targets.h"
#include "zombie.h"

static const enum kmemcgd_a_stats counters[] = {
	KMEMCGD_A_STATS_OFFLINED, KMEMCGD_A_STATS_RELEASED,
	KMEMCGD_A_STATS_SEEN, KMEMCGD_A_STATS_FREED, KMEMCGD_A_STATS_VISITS,
	KMEMCGD_A_STATS_BACKOFFS, KMEMCGD_A_STATS_PAGES,
	KMEMCGD_A_STATS_INODES, KMEMCGD_A_STATS_WB_CLEANUPS,
	KMEMCGD_A_STATS_STOCK_DRAINS, KMEMCGD_A_STATS_SLICES,
	KMEMCGD_A_STATS_PASSES, KMEMCGD_A_STATS_WAKEUPS,
	KMEMCGD_A_STATS_CPU_NS, KMEMCGD_A_STATS_THROTTLED_NS,
	KMEMCGD_A_STATS_EVENTS_LOST, KMEMCGD_A_STATS_ZOMBIE_PAGES,
	KMEMCGD_A_STATS_WATERMARK_PAGES, KMEMCGD_A_STATS_NODE_PAGES,
};

static int put_u64(struct sk_buff *skb, int attr, u64 value)
{
	return nla_put_u64_64bit(skb, attr, value, KMEMCGD_A_STATS_PAD);
}

static int fill_pins(struct sk_buff *skb)
{
	struct nlattr *nest;
	int pin;

	nest = nla_nest_start(skb, KMEMCGD_A_STATS_LEFT_BY_PIN);
	if (!nest)
		return -EMSGSIZE;
	for (pin = 0; pin <= KMEMCGD_PIN_MAX; pin++)
		if (nla_put_u32(skb, KMEMCGD_A_PINS_NONE + pin,
				kmemcgd_states_count_pin(pin)))
			return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

int kmemcgd_nl_fill_pass(struct sk_buff *skb, const struct kmemcgd_pass *pass)
{
	const struct kmemcgd_nl_value values[] = {
		{ KMEMCGD_A_PASS_ID, pass->id },
		{ KMEMCGD_A_PASS_DURATION_NS, pass->duration_ns },
		{ KMEMCGD_A_PASS_CPU_NS, pass->cpu_ns },
		{ KMEMCGD_A_PASS_VISITED, pass->visited },
		{ KMEMCGD_A_PASS_FREED, pass->freed },
		{ KMEMCGD_A_PASS_LEFT, pass->left },
		{ KMEMCGD_A_PASS_PAGES, pass->pages },
		{ KMEMCGD_A_PASS_INODES, pass->inodes },
	};

	if (nla_put_u32(skb, KMEMCGD_A_PASS_REASON, pass->reason))
		return -EMSGSIZE;
	return kmemcgd_nl_put_values(skb, values, ARRAY_SIZE(values),
				     KMEMCGD_A_PASS_PAD);
}

static int fill_passes(struct sk_buff *skb)
{
	struct kmemcgd_pass pass;
	struct nlattr *nest;
	u64 running;

	pass = kmemcgd_stats_last_pass(&running);
	if (running && put_u64(skb, KMEMCGD_A_STATS_RUNNING_PASS, running))
		return -EMSGSIZE;
	if (!pass.id)
		return 0;
	nest = nla_nest_start(skb, KMEMCGD_A_STATS_LAST_PASS);
	if (!nest || kmemcgd_nl_fill_pass(skb, &pass))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int fill_hist(struct sk_buff *skb, enum kmemcgd_a_stats which,
		     bool reset)
{
	u64 hist[KMEMCGD_HIST_BUCKETS];

	kmemcgd_stats_read_hist(which, hist, reset);
	return nla_put_64bit(skb, which, sizeof(hist), hist,
			     KMEMCGD_A_STATS_PAD);
}

/* @arg: whether to reset, as a bool */
static int fill_stats(struct sk_buff *skb, void *arg)
{
	bool reset = *(bool *)arg;
	u64 since_ns = kmemcgd_stats_since_ns(reset);
	size_t i;

	if (put_u64(skb, KMEMCGD_A_STATS_SINCE_NS, ktime_get_ns() - since_ns) ||
	    put_u64(skb, KMEMCGD_A_STATS_LEFT, kmemcgd_zombie_left()) ||
	    put_u64(skb, KMEMCGD_A_STATS_TRACKED, kmemcgd_states_count()) ||
	    put_u64(skb, KMEMCGD_A_STATS_UNTRACKED,
		    kmemcgd_targets_untracked()) ||
	    fill_pins(skb) || fill_passes(skb))
		return -EMSGSIZE;
	for (i = 0; i < ARRAY_SIZE(counters); i++)
		if (put_u64(skb, counters[i],
			    kmemcgd_stats_read(counters[i], reset)))
			return -EMSGSIZE;
	if (fill_hist(skb, KMEMCGD_A_STATS_SLICE_HIST, reset) ||
	    fill_hist(skb, KMEMCGD_A_STATS_RESCHED_HIST, reset))
		return -EMSGSIZE;
	return 0;
}

int kmemcgd_nl_get_stats(struct sk_buff *skb, struct genl_info *info)
{
	bool reset = false;

	return kmemcgd_nl_reply(info, fill_stats, &reset);
}

int kmemcgd_nl_reset_stats(struct sk_buff *skb, struct genl_info *info)
{
	bool reset = true;

	return kmemcgd_nl_reply(info, fill_stats, &reset);
}
