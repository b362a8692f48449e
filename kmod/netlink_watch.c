// SPDX-License-Identifier: GPL-2.0
/* KMEMCGD_CMD_GET_WATCH, and the events of the group "watermarks". */
#include <linux/err.h>
#include <linux/ktime.h>
#include <linux/limits.h>
#include <linux/math64.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "memcg.h"
#include "netlink.h"
#include "netlink_internal.h"
#include "watches.h"

const struct nla_policy kmemcgd_nl_watch_policy[KMEMCGD_A_WATCH_MAX + 1] = {
	[KMEMCGD_A_WATCH_PAD] = { .type = NLA_REJECT },
	[KMEMCGD_A_WATCH_ID] = { .type = NLA_U64 },
};

static int fill_watch(struct sk_buff *skb, void *arg)
{
	const struct kmemcgd_watch *watch = arg;
	u64 now_ns = ktime_get_ns();
	bool limited = watch->state != KMEMCGD_WATCH_NO_LIMIT && watch->base;
	const struct kmemcgd_nl_value values[] = {
		{ KMEMCGD_A_WATCH_ID, watch->cgroup_id },
		{ KMEMCGD_A_WATCH_POLICY_ID, watch->policy_id },
		{ KMEMCGD_A_WATCH_USAGE_BYTES, kmemcgd_nl_bytes(watch->usage) },
		{ KMEMCGD_A_WATCH_BASE_BYTES,
		  limited ? kmemcgd_nl_bytes(watch->base) : 0 },
		{ KMEMCGD_A_WATCH_HIGH_BYTES,
		  limited ? kmemcgd_nl_bytes(watch->marks.high) : 0 },
		{ KMEMCGD_A_WATCH_LOW_BYTES,
		  limited ? kmemcgd_nl_bytes(watch->marks.low) : 0 },
		{ KMEMCGD_A_WATCH_LEARNED_BYTES,
		  limited ? kmemcgd_nl_bytes(watch->learned) : 0 },
		{ KMEMCGD_A_WATCH_HEADROOM_BYTES, limited ?
		  kmemcgd_nl_bytes(kmemcgd_less(watch->base, watch->usage)) : 0 },
		{ KMEMCGD_A_WATCH_FILL_RATE, kmemcgd_nl_bytes(watch->fill.rate) },
		{ KMEMCGD_A_WATCH_NEXT_US,
		  div_u64(kmemcgd_less(watch->due_ns, now_ns), NSEC_PER_USEC) },
		{ KMEMCGD_A_WATCH_LOOKS, watch->looks },
		{ KMEMCGD_A_WATCH_RECLAIMED_BYTES,
		  kmemcgd_nl_bytes(watch->reclaimed_pages) },
		{ KMEMCGD_A_WATCH_CPU_NS, watch->cpu_ns },
		{ KMEMCGD_A_WATCH_TRIGGERED, watch->triggered },
		{ KMEMCGD_A_WATCH_LIMIT_HIT, watch->limit_hit },
	};
	const struct kmemcgd_nl_value last_hit = {
		KMEMCGD_A_WATCH_LAST_HIT_MS,
		div_u64(now_ns - watch->last_hit_ns, NSEC_PER_MSEC),
	};

	if (kmemcgd_nl_put_values(skb, values, ARRAY_SIZE(values),
				  KMEMCGD_A_WATCH_PAD) ||
	    nla_put_u32(skb, KMEMCGD_A_WATCH_STATE, watch->state))
		return -EMSGSIZE;
	return watch->limit_hit ?
		kmemcgd_nl_put_values(skb, &last_hit, 1, KMEMCGD_A_WATCH_PAD) : 0;
}

struct reply {
	struct kmemcgd_watch watch;
	char path[PATH_MAX];
};

/* With what has changed since the last look, which may be a second ago. */
static int fill_now(struct sk_buff *skb, void *arg)
{
	struct reply *reply = arg;
	struct kmemcgd_watch *watch = &reply->watch;
	struct mem_cgroup *memcg;
	int err = 0;

	rcu_read_lock();
	memcg = kmemcgd_memcg_online(watch->css_id, watch->cgroup_id);
	if (memcg) {
		watch->usage = page_counter_read(&memcg->memory);
		err = kmemcgd_nl_put_path(skb, KMEMCGD_A_WATCH_PATH, memcg,
					  reply->path);
	}
	rcu_read_unlock();
	return err ?: fill_watch(skb, watch);
}

/* Refuses when there is no such memcg, and when nothing applies to it. */
static int find(struct genl_info *info, const struct nlattr *attr,
		struct kmemcgd_watch *watch)
{
	struct mem_cgroup *memcg;
	int css_id;

	if (attr && kmemcgd_watches_get(nla_get_u64(attr), watch))
		return 0;
	memcg = kmemcgd_nl_find_memcg(info, attr, &css_id);
	if (IS_ERR(memcg))
		return PTR_ERR(memcg);
	css_put(&memcg->css);
	return kmemcgd_nl_refuse(info, attr, -ENOENT,
				 "id: no watermark applies to this memory cgroup");
}

int kmemcgd_nl_get_watch(struct sk_buff *skb, struct genl_info *info)
{
	struct reply *reply;
	int err;

	reply = kmalloc(sizeof(*reply), GFP_KERNEL);
	if (!reply)
		return -ENOMEM;
	err = find(info, info->attrs[KMEMCGD_A_WATCH_ID], &reply->watch);
	if (!err)
		err = kmemcgd_nl_reply(info, fill_now, reply);
	kfree(reply);
	return err;
}

int kmemcgd_nl_dump_watch(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct reply *reply;
	int err;

	err = kmemcgd_nl_check_dump(cb, KMEMCGD_A_WATCH_ID);
	if (err)
		return err;
	reply = kmalloc(sizeof(*reply), GFP_KERNEL);
	if (!reply)
		return -ENOMEM;
	while (kmemcgd_watches_next(cb->args[0], &reply->watch) &&
	       !kmemcgd_nl_dump_one(skb, cb, KMEMCGD_CMD_GET_WATCH, fill_now,
				    reply)) {
		cb->args[0] = reply->watch.cgroup_id + 1;
		cond_resched();
	}
	kfree(reply);
	return skb->len;
}

static void send(u8 cmd, const struct kmemcgd_watch *watch)
{
	kmemcgd_nl_send_event(KMEMCGD_NL_WATERMARKS, cmd, fill_watch,
			      (void *)watch);
}

void kmemcgd_netlink_reclaim_began(const struct kmemcgd_watch *watch)
{
	send(KMEMCGD_CMD_RECLAIM_BEGIN_NTF, watch);
}

void kmemcgd_netlink_reclaim_ended(const struct kmemcgd_watch *watch)
{
	send(KMEMCGD_CMD_RECLAIM_END_NTF, watch);
}

void kmemcgd_netlink_not_converged(const struct kmemcgd_watch *watch)
{
	send(KMEMCGD_CMD_NOT_CONVERGED_NTF, watch);
}
