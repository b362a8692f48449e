// SPDX-License-Identifier: GPL-2.0
/* KMEMCGD_CMD_GET_MEMCG and _REAP: single memcgs, and the dump of them all. */
#include <linux/err.h>
#include <linux/ktime.h>
#include <linux/limits.h>
#include <linux/math64.h>
#include <linux/slab.h>

#include "compat/genl.h"
#include "memcg.h"
#include "netlink_internal.h"
#include "params.h"
#include "states.h"
#include "stats.h"
#include "zombie.h"

/* Memcgs that a dump passes between two chances to reschedule. */
#define DUMP_BATCH 256

const struct nla_policy kmemcgd_nl_memcg_policy[KMEMCGD_A_MEMCG_MAX + 1] = {
	[KMEMCGD_A_MEMCG_PAD] = { .type = NLA_REJECT },
	[KMEMCGD_A_MEMCG_ID] = { .type = NLA_U64 },
	[KMEMCGD_A_MEMCG_STATE] = NLA_POLICY_MAX(NLA_U32, KMEMCGD_STATE_ZOMBIE),
	[KMEMCGD_A_MEMCG_PIN] = NLA_POLICY_MAX(NLA_U32, KMEMCGD_PIN_MAX),
	[KMEMCGD_A_MEMCG_MIN_AGE_MS] = { .type = NLA_U64 },
	[KMEMCGD_A_MEMCG_MIN_BYTES] = { .type = NLA_U64 },
};

const struct nla_policy kmemcgd_nl_reap_policy[KMEMCGD_A_REAP_MAX + 1] = {
	[KMEMCGD_A_REAP_PAD] = { .type = NLA_REJECT },
	[KMEMCGD_A_REAP_ID] = { .type = NLA_U64 },
	[KMEMCGD_A_REAP_PASS] = { .type = NLA_REJECT },
	[KMEMCGD_A_REAP_CAPPED] = NLA_POLICY_MAX(NLA_U32, 1),
};

/* Everything that is told of a memcg. */
struct record {
	u64 id;
	bool zombie;
	struct kmemcgd_memcg_usage usage;
	struct kmemcgd_state state;	/* of a zombie: the pin and tries */
	u64 age_ms;
	u64 next_ms;
	u64 refs;
	u32 descendants;
};

struct filter {
	bool by_state;
	bool by_pin;
	u32 state;
	u32 pin;
	u64 min_age_ms;
	u64 min_bytes;
};

/* The memcg is kept by RCU or a reference. */
static void read_record(struct mem_cgroup *memcg, u64 now_ns,
			struct record *record)
{
	/* Member by member: a dump does this a million times. */
	record->id = kmemcgd_memcg_id(memcg);
	record->zombie = kmemcgd_memcg_is_zombie(memcg);
	record->descendants = kmemcgd_memcg_descendants(memcg);
	record->age_ms = 0;
	record->next_ms = 0;
	kmemcgd_memcg_read_usage(memcg, &record->usage);
	if (!record->zombie)
		return;
	record->refs = kmemcgd_memcg_refs(memcg);
	if (!kmemcgd_states_read(record->id, &record->state)) {
		record->state.pin = KMEMCGD_PIN_NONE;
		record->state.tries = 0;
		return;
	}
	if (now_ns > record->state.first_seen_ns)
		record->age_ms = div_u64(now_ns - record->state.first_seen_ns,
					 NSEC_PER_MSEC);
	if (record->state.due_ns > now_ns)
		record->next_ms = div_u64(record->state.due_ns - now_ns,
					  NSEC_PER_MSEC);
}

static int put_u64(struct sk_buff *skb, int attr, u64 value)
{
	return nla_put_u64_64bit(skb, attr, value, KMEMCGD_A_MEMCG_PAD);
}

static int fill_record(struct sk_buff *skb, const struct record *record)
{
	const struct kmemcgd_memcg_usage *usage = &record->usage;

	if (put_u64(skb, KMEMCGD_A_MEMCG_ID, record->id) ||
	    nla_put_u32(skb, KMEMCGD_A_MEMCG_STATE, record->zombie ?
			KMEMCGD_STATE_ZOMBIE : KMEMCGD_STATE_LIVE) ||
	    put_u64(skb, KMEMCGD_A_MEMCG_MEMORY_BYTES,
		    usage->memory_pages * PAGE_SIZE) ||
	    put_u64(skb, KMEMCGD_A_MEMCG_SWAP_BYTES,
		    usage->swap_pages * PAGE_SIZE) ||
	    put_u64(skb, KMEMCGD_A_MEMCG_FILE_BYTES,
		    usage->file_pages * PAGE_SIZE) ||
	    put_u64(skb, KMEMCGD_A_MEMCG_ANON_BYTES,
		    (usage->anon_pages + usage->unevictable_pages) *
		    PAGE_SIZE) ||
	    nla_put_u32(skb, KMEMCGD_A_MEMCG_CHILDREN, record->descendants))
		return -EMSGSIZE;
	if (!record->zombie)
		return 0;
	if (nla_put_u32(skb, KMEMCGD_A_MEMCG_PIN, record->state.pin) ||
	    put_u64(skb, KMEMCGD_A_MEMCG_AGE_MS, record->age_ms) ||
	    put_u64(skb, KMEMCGD_A_MEMCG_REFS, record->refs) ||
	    nla_put_u32(skb, KMEMCGD_A_MEMCG_TRIES, record->state.tries) ||
	    put_u64(skb, KMEMCGD_A_MEMCG_NEXT_MS, record->next_ms))
		return -EMSGSIZE;
	return 0;
}

static void read_filter(struct nlattr **attrs, struct filter *filter)
{
	*filter = (struct filter){};
	if (!attrs)
		return;
	if (attrs[KMEMCGD_A_MEMCG_STATE]) {
		filter->by_state = true;
		filter->state = nla_get_u32(attrs[KMEMCGD_A_MEMCG_STATE]);
	}
	if (attrs[KMEMCGD_A_MEMCG_PIN]) {
		filter->by_pin = true;
		filter->pin = nla_get_u32(attrs[KMEMCGD_A_MEMCG_PIN]);
	}
	if (attrs[KMEMCGD_A_MEMCG_MIN_AGE_MS])
		filter->min_age_ms =
			nla_get_u64(attrs[KMEMCGD_A_MEMCG_MIN_AGE_MS]);
	if (attrs[KMEMCGD_A_MEMCG_MIN_BYTES])
		filter->min_bytes =
			nla_get_u64(attrs[KMEMCGD_A_MEMCG_MIN_BYTES]);
}

static bool passes(const struct filter *filter, const struct record *record)
{
	u32 state = record->zombie ? KMEMCGD_STATE_ZOMBIE : KMEMCGD_STATE_LIVE;

	if (filter->by_state && filter->state != state)
		return false;
	/* A live memcg has neither a pin nor an age. */
	if (filter->by_pin &&
	    (!record->zombie || filter->pin != record->state.pin))
		return false;
	return record->age_ms >= filter->min_age_ms &&
	       record->usage.memory_pages * PAGE_SIZE >= filter->min_bytes;
}

/* The policy serves both kinds of request; these are for dumps only. */
static const struct nlattr *find_filter(struct nlattr **attrs)
{
	static const enum kmemcgd_a_memcg filters[] = {
		KMEMCGD_A_MEMCG_STATE, KMEMCGD_A_MEMCG_PIN,
		KMEMCGD_A_MEMCG_MIN_AGE_MS, KMEMCGD_A_MEMCG_MIN_BYTES,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(filters); i++)
		if (attrs[filters[i]])
			return attrs[filters[i]];
	return NULL;
}

struct reply {
	struct mem_cgroup *memcg;
	struct record record;
	char path[PATH_MAX];
};

static int fill(struct sk_buff *skb, void *arg)
{
	struct reply *reply = arg;

	if (fill_record(skb, &reply->record))
		return -EMSGSIZE;
	return kmemcgd_nl_put_path(skb, KMEMCGD_A_MEMCG_PATH, reply->memcg,
				   reply->path);
}

int kmemcgd_nl_get_memcg(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *filter = find_filter(info->attrs);
	struct reply *reply;
	int css_id, err;

	if (filter)
		return kmemcgd_nl_refuse(info, filter, -EINVAL,
					 "filters are for dumps only");
	reply = kmalloc(sizeof(*reply), GFP_KERNEL);
	if (!reply)
		return -ENOMEM;
	reply->memcg = kmemcgd_nl_find_memcg(info,
					     info->attrs[KMEMCGD_A_MEMCG_ID],
					     &css_id);
	err = PTR_ERR_OR_ZERO(reply->memcg);
	if (!err) {
		read_record(reply->memcg, ktime_get_ns(), &reply->record);
		err = kmemcgd_nl_reply(info, fill, reply);
		css_put(&reply->memcg->css);
	}
	kfree(reply);
	return err;
}

/* Changes whenever memcgs go offline or are released; never 0. */
static u32 dump_generation(void)
{
	return 1 + (u32)(kmemcgd_stats_read(KMEMCGD_A_STATS_OFFLINED, false) +
			 kmemcgd_stats_read(KMEMCGD_A_STATS_RELEASED, false));
}

int kmemcgd_nl_dump_memcg(struct sk_buff *skb, struct netlink_callback *cb)
{
	int css_id = cb->args[0] ? cb->args[0] : 1;
	u64 now_ns = ktime_get_ns();
	struct filter filter;
	struct reply *reply;
	bool full = false;
	int err, batch;

	err = kmemcgd_nl_check_dump(cb, KMEMCGD_A_MEMCG_ID);
	if (err)
		return err;
	reply = kmalloc(sizeof(*reply), GFP_KERNEL);
	if (!reply)
		return -ENOMEM;
	read_filter(kmemcgd_dump_attrs(cb), &filter);
	cb->seq = dump_generation();
	do {
		rcu_read_lock();
		for (batch = 0; batch < DUMP_BATCH; batch++, css_id++) {
			reply->memcg = kmemcgd_memcg_next(&css_id);
			if (!reply->memcg)
				break;
			read_record(reply->memcg, now_ns, &reply->record);
			if (!passes(&filter, &reply->record))
				continue;
			full = kmemcgd_nl_dump_one(skb, cb,
						   KMEMCGD_CMD_GET_MEMCG,
						   fill, reply);
			if (full)
				break;
		}
		rcu_read_unlock();
		cond_resched();
	} while (reply->memcg && !full);
	cb->args[0] = reply->memcg ? css_id : INT_MAX;
	kfree(reply);
	return skb->len;
}

static int fill_reap(struct sk_buff *skb, void *arg)
{
	return nla_put_u64_64bit(skb, KMEMCGD_A_REAP_PASS, *(u64 *)arg,
				 KMEMCGD_A_REAP_PAD);
}

/* Asks for one zombie. Return: 0 or an error with its message. */
static int reap_one(struct genl_info *info, const struct nlattr *attr,
		    bool capped, u64 *pass)
{
	struct mem_cgroup *memcg;
	bool zombie;
	int css_id;

	memcg = kmemcgd_nl_find_memcg(info, attr, &css_id);
	if (IS_ERR(memcg))
		return PTR_ERR(memcg);
	zombie = kmemcgd_memcg_is_zombie(memcg);
	css_put(&memcg->css);
	if (!zombie)
		return kmemcgd_nl_refuse(info, attr, -EBUSY,
					 "id: this memory cgroup is alive, only zombies are reaped");
	*pass = kmemcgd_zombie_reap_one(css_id, nla_get_u64(attr), capped);
	if (!*pass)
		return kmemcgd_nl_refuse(info, attr, -EAGAIN,
					 "id: 64 requests wait already, try again later or reap all");
	return 0;
}

int kmemcgd_nl_reap(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *attr = info->attrs[KMEMCGD_A_REAP_ID];
	const struct nlattr *cap = info->attrs[KMEMCGD_A_REAP_CAPPED];
	bool capped = cap && nla_get_u32(cap);
	u64 pass;
	int err;

	if (!kmemcgd_param(KMEMCGD_A_CONFIG_ENABLED))
		return kmemcgd_nl_refuse(info, NULL, -EAGAIN,
					 "kmemcgd is switched off: set enabled to 1 first");
	if (attr) {
		err = reap_one(info, attr, capped, &pass);
		if (err)
			return err;
	} else {
		pass = kmemcgd_zombie_reap_all(capped);
	}
	return kmemcgd_nl_reply(info, fill_reap, &pass);
}
