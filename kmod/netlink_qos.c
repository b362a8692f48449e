// SPDX-License-Identifier: GPL-2.0
/* KMEMCGD_CMD_SET_QOS, _GET_QOS and _DEL_QOS */
#include <linux/err.h>
#include <linux/ktime.h>
#include <linux/limits.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "memcg.h"
#include "netlink_internal.h"
#include "params.h"
#include "pressure.h"
#include "qos.h"

const struct nla_policy kmemcgd_nl_qos_policy[KMEMCGD_A_QOS_MAX + 1] = {
	[KMEMCGD_A_QOS_PAD] = { .type = NLA_REJECT },
	[KMEMCGD_A_QOS_ID] = { .type = NLA_U64 },
	[KMEMCGD_A_QOS_CLASS] = { .type = NLA_U32 },
	[KMEMCGD_A_QOS_REQUEST_BYTES] = { .type = NLA_U64 },
	[KMEMCGD_A_QOS_REQUEST_RATIO] = { .type = NLA_U32 },
	[KMEMCGD_A_QOS_SWAP] = { .type = NLA_U32 },
};

static const struct kmemcgd_nl_range ranges[] = {
	{ KMEMCGD_A_QOS_CLASS, 0, KMEMCGD_CLASS_MAX, "class: must be 0 to 15" },
	{ KMEMCGD_A_QOS_REQUEST_RATIO, 0, 100,
	  "request_ratio: must be 0 to 100" },
	{ KMEMCGD_A_QOS_SWAP, 0, 1, "swap: must be 0 to 1" },
};

/* One change at a time, with what follows from it. */
static DEFINE_MUTEX(lock);

struct reply {
	struct kmemcgd_member member;
	char path[PATH_MAX];
};

static enum kmemcgd_qos_state state_of(const struct kmemcgd_member *member,
				       const struct kmemcgd_claim *claim)
{
	if (member->has_below)
		return KMEMCGD_QOS_BELOW;
	if (!kmemcgd_claim_over(claim))
		return KMEMCGD_QOS_WITHIN;
	return member->stuck_until_ns > ktime_get_ns() ? KMEMCGD_QOS_STUCK :
							 KMEMCGD_QOS_OVER;
}

/* Reads what it uses now; what is gone uses nothing and has no path. */
static int fill_path(struct sk_buff *skb, struct reply *reply,
		     struct kmemcgd_claim *claim)
{
	const struct kmemcgd_member *member = &reply->member;
	struct mem_cgroup *memcg;
	int err = 0;

	rcu_read_lock();
	memcg = kmemcgd_memcg_online(member->css_id, member->cgroup_id);
	if (memcg) {
		kmemcgd_qos_read_claim(memcg, &member->qos, claim);
		err = kmemcgd_nl_put_path(skb, KMEMCGD_A_QOS_PATH, memcg,
					  reply->path);
	}
	rcu_read_unlock();
	return err;
}

static int fill_values(struct sk_buff *skb, const struct kmemcgd_member *member,
		       const struct kmemcgd_claim *claim)
{
	const struct kmemcgd_nl_value values[] = {
		{ KMEMCGD_A_QOS_ID, member->cgroup_id },
		{ KMEMCGD_A_QOS_REQUEST_BYTES, member->qos.request_bytes },
		{ KMEMCGD_A_QOS_USAGE_BYTES, kmemcgd_nl_bytes(claim->usage) },
		{ KMEMCGD_A_QOS_PROTECTED_BYTES, kmemcgd_nl_bytes(claim->safe) },
		{ KMEMCGD_A_QOS_OVERUSE_PERMILLE, claim->overuse_permille },
		{ KMEMCGD_A_QOS_RECLAIMED_BYTES,
		  kmemcgd_nl_bytes(member->reclaimed_pages) },
		{ KMEMCGD_A_QOS_CPU_NS, member->cpu_ns },
	};

	return kmemcgd_nl_put_values(skb, values, ARRAY_SIZE(values),
				     KMEMCGD_A_QOS_PAD);
}

static int fill(struct sk_buff *skb, void *arg)
{
	struct reply *reply = arg;
	const struct kmemcgd_member *member = &reply->member;
	const struct kmemcgd_qos *qos = &member->qos;
	struct kmemcgd_claim claim = {};

	if (fill_path(skb, reply, &claim) ||
	    fill_values(skb, member, &claim) ||
	    nla_put_u32(skb, KMEMCGD_A_QOS_CLASS, qos->rank) ||
	    nla_put_u32(skb, KMEMCGD_A_QOS_REQUEST_RATIO, qos->request_ratio) ||
	    nla_put_u32(skb, KMEMCGD_A_QOS_SWAP, qos->swap) ||
	    nla_put_u32(skb, KMEMCGD_A_QOS_STATE, state_of(member, &claim)))
		return -EMSGSIZE;
	return 0;
}

/* What is given replaces what was there. */
static void merge(struct nlattr **attrs, struct kmemcgd_qos *qos)
{
	const struct nlattr *attr;

	attr = attrs[KMEMCGD_A_QOS_CLASS];
	if (attr)
		qos->rank = nla_get_u32(attr);
	attr = attrs[KMEMCGD_A_QOS_REQUEST_BYTES];
	if (attr)
		qos->request_bytes = nla_get_u64(attr);
	attr = attrs[KMEMCGD_A_QOS_REQUEST_RATIO];
	if (attr)
		qos->request_ratio = nla_get_u32(attr);
	attr = attrs[KMEMCGD_A_QOS_SWAP];
	if (attr)
		qos->swap = nla_get_u32(attr);
}

static int refuse_removed(struct genl_info *info)
{
	return kmemcgd_nl_refuse(info, info->attrs[KMEMCGD_A_QOS_ID], -EBUSY,
				 "id: this memory cgroup was removed, it needs no class any more");
}

static int find_memcg(struct genl_info *info, struct kmemcgd_member *member)
{
	const struct nlattr *attr = info->attrs[KMEMCGD_A_QOS_ID];
	struct mem_cgroup *memcg;
	bool root;

	memcg = kmemcgd_nl_find_memcg(info, attr, &member->css_id);
	if (IS_ERR(memcg))
		return PTR_ERR(memcg);
	member->cgroup_id = kmemcgd_memcg_id(memcg);
	root = !memcg->css.parent;
	css_put(&memcg->css);
	if (root)
		return kmemcgd_nl_refuse(info, attr, -EINVAL,
					 "id: the root has no class, it is everybody");
	return kmemcgd_memcg_id_is_online(member->css_id,
					  member->cgroup_id) ? 0 : refuse_removed(info);
}

static int set_qos(struct genl_info *info, struct kmemcgd_member *member)
{
	struct kmemcgd_member old;
	int err;

	if (kmemcgd_qos_get(member->cgroup_id, &old))
		member->qos = old.qos;
	else if (!info->attrs[KMEMCGD_A_QOS_CLASS])
		return kmemcgd_nl_refuse(info, NULL, -EINVAL,
					 "class: this memory cgroup has none yet, and none was given");
	merge(info->attrs, &member->qos);
	err = kmemcgd_qos_set(member->cgroup_id, member->css_id, &member->qos,
			      kmemcgd_param(KMEMCGD_A_CONFIG_WATCHES_MAX));
	if (err == -ENOSPC)
		return kmemcgd_nl_refuse(info, NULL, err,
					 "more memory cgroups than watches_max");
	/* Who removes it deletes its class, unless that came too late. */
	if (!err && !kmemcgd_memcg_id_is_online(member->css_id, member->cgroup_id)) {
		kmemcgd_qos_delete(member->cgroup_id);
		err = -ENOENT;
	}
	return err == -ENOENT ? refuse_removed(info) : err;
}

static bool any_value(struct nlattr **attrs)
{
	return attrs[KMEMCGD_A_QOS_CLASS] ||
	       attrs[KMEMCGD_A_QOS_REQUEST_BYTES] ||
	       attrs[KMEMCGD_A_QOS_REQUEST_RATIO] || attrs[KMEMCGD_A_QOS_SWAP];
}

/* Of one that has a class; explained if it has none. */
static int read_member(struct genl_info *info, struct kmemcgd_member *member)
{
	const struct nlattr *attr = info->attrs[KMEMCGD_A_QOS_ID];

	if (!attr)
		return kmemcgd_nl_refuse(info, NULL, -EINVAL,
					 "id: the cgroup id is missing");
	kmemcgd_qos_find_below();
	if (!kmemcgd_qos_get(nla_get_u64(attr), member))
		return kmemcgd_nl_refuse(info, attr, -ENOENT,
					 "id: no class was set for this one");
	return 0;
}

int kmemcgd_nl_set_qos(struct sk_buff *skb, struct genl_info *info)
{
	struct reply *reply;
	int err;

	err = kmemcgd_nl_check_ranges(info, ranges, ARRAY_SIZE(ranges));
	if (err)
		return err;
	if (!any_value(info->attrs))
		return kmemcgd_nl_refuse(info, NULL, -EINVAL,
					 "neither a class nor a request was given");
	reply = kzalloc(sizeof(*reply), GFP_KERNEL);
	if (!reply)
		return -ENOMEM;
	mutex_lock(&lock);
	err = find_memcg(info, &reply->member) ?:
	      set_qos(info, &reply->member) ?:
	      read_member(info, &reply->member);
	mutex_unlock(&lock);
	if (!err) {
		kmemcgd_pressure_members_changed();
		err = kmemcgd_nl_reply(info, fill, reply);
	}
	kfree(reply);
	return err;
}

/* Replies with what was set, and deletes it or not. */
static int reply_member(struct genl_info *info, bool delete)
{
	struct reply *reply;
	int err;

	reply = kzalloc(sizeof(*reply), GFP_KERNEL);
	if (!reply)
		return -ENOMEM;
	mutex_lock(&lock);
	err = read_member(info, &reply->member);
	if (!err && delete)
		kmemcgd_qos_delete(reply->member.cgroup_id);
	mutex_unlock(&lock);
	if (!err)
		err = kmemcgd_nl_reply(info, fill, reply);
	kfree(reply);
	return err;
}

int kmemcgd_nl_get_qos(struct sk_buff *skb, struct genl_info *info)
{
	return reply_member(info, false);
}

int kmemcgd_nl_del_qos(struct sk_buff *skb, struct genl_info *info)
{
	return reply_member(info, true);
}

int kmemcgd_nl_dump_qos(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct reply *reply;
	int err;

	err = kmemcgd_nl_check_dump(cb, KMEMCGD_A_QOS_ID);
	if (err)
		return err;
	reply = kzalloc(sizeof(*reply), GFP_KERNEL);
	if (!reply)
		return -ENOMEM;
	kmemcgd_qos_find_below();
	while (kmemcgd_qos_next(cb->args[0], &reply->member) &&
	       !kmemcgd_nl_dump_one(skb, cb, KMEMCGD_CMD_GET_QOS, fill, reply)) {
		cb->args[0] = reply->member.cgroup_id + 1;
		cond_resched();
	}
	kfree(reply);
	return skb->len;
}
