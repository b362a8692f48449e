// SPDX-License-Identifier: GPL-2.0
/* KMEMCGD_CMD_SET_WATERMARK, _GET_WATERMARK and _DEL_WATERMARK */
#include <linux/build_bug.h>
#include <linux/err.h>
#include <linux/limits.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "memcg.h"
#include "netlink_internal.h"
#include "params.h"
#include "policies.h"
#include "symbols.h"
#include "watermark.h"

const struct nla_policy kmemcgd_nl_wmark_policy[KMEMCGD_A_WMARK_MAX + 1] = {
	[KMEMCGD_A_WMARK_PAD] = { .type = NLA_REJECT },
	[KMEMCGD_A_WMARK_ID] = { .type = NLA_U64 },
	[KMEMCGD_A_WMARK_RATIO] = { .type = NLA_U32 },
	[KMEMCGD_A_WMARK_SCALE_FACTOR] = { .type = NLA_U32 },
	[KMEMCGD_A_WMARK_HIGH_HEADROOM_BYTES] = { .type = NLA_U64 },
	[KMEMCGD_A_WMARK_LOW_HEADROOM_BYTES] = { .type = NLA_U64 },
	[KMEMCGD_A_WMARK_SWAP] = { .type = NLA_U32 },
	[KMEMCGD_A_WMARK_SWAPPINESS] = { .type = NLA_U32 },
};

static const struct kmemcgd_nl_range ranges[] = {
	{ KMEMCGD_A_WMARK_RATIO, 0, 100, "ratio: must be 0 to 100" },
	{ KMEMCGD_A_WMARK_SCALE_FACTOR, 1, 1000,
	  "scale_factor: must be 1 to 1000" },
	{ KMEMCGD_A_WMARK_SWAP, 0, 1, "swap: must be 0 to 1" },
};

/* One change at a time, with what follows from it. */
static DEFINE_MUTEX(lock);

struct reply {
	u64 id;
	int css_id;
	struct kmemcgd_wmark_policy policy;
	char path[PATH_MAX];
};

static int fill_path(struct sk_buff *skb, struct reply *reply)
{
	struct mem_cgroup *memcg;
	int err = 0;

	rcu_read_lock();
	memcg = kmemcgd_memcg_online(reply->css_id, reply->id);
	if (memcg)
		err = kmemcgd_nl_put_path(skb, KMEMCGD_A_WMARK_PATH, memcg,
					  reply->path);
	rcu_read_unlock();
	return err;
}

static int put_u64(struct sk_buff *skb, int attr, u64 value)
{
	return nla_put_u64_64bit(skb, attr, value, KMEMCGD_A_WMARK_PAD);
}

static int fill(struct sk_buff *skb, void *arg)
{
	struct reply *reply = arg;
	const struct kmemcgd_wmark_policy *policy = &reply->policy;

	if (reply->id != KMEMCGD_POLICY_DEFAULT &&
	    (put_u64(skb, KMEMCGD_A_WMARK_ID, reply->id) ||
	     fill_path(skb, reply)))
		return -EMSGSIZE;
	if (nla_put_u32(skb, KMEMCGD_A_WMARK_RATIO, policy->ratio) ||
	    nla_put_u32(skb, KMEMCGD_A_WMARK_SCALE_FACTOR,
			policy->scale_factor) ||
	    put_u64(skb, KMEMCGD_A_WMARK_HIGH_HEADROOM_BYTES,
		    policy->high_headroom_bytes) ||
	    put_u64(skb, KMEMCGD_A_WMARK_LOW_HEADROOM_BYTES,
		    policy->low_headroom_bytes) ||
	    nla_put_u32(skb, KMEMCGD_A_WMARK_SWAP, policy->swap))
		return -EMSGSIZE;
	if (policy->swappiness == KMEMCGD_SWAPPINESS_OWN)
		return 0;
	return nla_put_u32(skb, KMEMCGD_A_WMARK_SWAPPINESS, policy->swappiness);
}

static int check_swappiness(struct genl_info *info)
{
	const struct nlattr *attr = info->attrs[KMEMCGD_A_WMARK_SWAPPINESS];

	/* None but the memcg's own is what every kernel can do. */
	if (!attr || nla_get_u32(attr) == KMEMCGD_WMARK_SWAPPINESS_OWN)
		return 0;
	if (nla_get_u32(attr) > 200)
		return kmemcgd_nl_refuse(info, attr, -ERANGE,
					 "swappiness: must be 0 to 200, or own");
	if (!kmemcgd_capable(KMEMCGD_CAP_SWAPPINESS))
		return kmemcgd_nl_refuse(info, attr, -EOPNOTSUPP,
					 "swappiness: this kernel can't be given one");
	return 0;
}

static int check_ranges(struct genl_info *info)
{
	int err;

	err = kmemcgd_nl_check_ranges(info, ranges, ARRAY_SIZE(ranges));
	return err ?: check_swappiness(info);
}

/* What is given replaces what was there. */
static void merge(struct nlattr **attrs, struct kmemcgd_wmark_policy *policy)
{
	const struct nlattr *attr;

	static_assert((s32)KMEMCGD_WMARK_SWAPPINESS_OWN == KMEMCGD_SWAPPINESS_OWN);
	attr = attrs[KMEMCGD_A_WMARK_RATIO];
	if (attr)
		policy->ratio = nla_get_u32(attr);
	attr = attrs[KMEMCGD_A_WMARK_SCALE_FACTOR];
	if (attr)
		policy->scale_factor = nla_get_u32(attr);
	attr = attrs[KMEMCGD_A_WMARK_HIGH_HEADROOM_BYTES];
	if (attr)
		policy->high_headroom_bytes = nla_get_u64(attr);
	attr = attrs[KMEMCGD_A_WMARK_LOW_HEADROOM_BYTES];
	if (attr)
		policy->low_headroom_bytes = nla_get_u64(attr);
	attr = attrs[KMEMCGD_A_WMARK_SWAP];
	if (attr)
		policy->swap = nla_get_u32(attr);
	attr = attrs[KMEMCGD_A_WMARK_SWAPPINESS];
	if (attr)
		policy->swappiness = nla_get_u32(attr);
}

static int read_id(struct genl_info *info, u64 *id)
{
	const struct nlattr *attr = info->attrs[KMEMCGD_A_WMARK_ID];

	*id = attr ? nla_get_u64(attr) : KMEMCGD_POLICY_DEFAULT;
	/* Who names an id means a cgroup, and never the whole host. */
	if (attr && *id == KMEMCGD_POLICY_DEFAULT)
		return kmemcgd_nl_refuse(info, attr, -ENOENT,
					 "id: no memory cgroup has this id");
	return 0;
}

static int refuse_removed(struct genl_info *info)
{
	return kmemcgd_nl_refuse(info, info->attrs[KMEMCGD_A_WMARK_ID], -EBUSY,
				 "id: this memory cgroup was removed, it has no limits any more");
}

/* A policy for what can't be watched would never be found again. */
static int find_memcg(struct genl_info *info, struct reply *reply)
{
	const struct nlattr *attr = info->attrs[KMEMCGD_A_WMARK_ID];
	struct mem_cgroup *memcg;
	bool root;
	int err;

	err = read_id(info, &reply->id);
	if (err || reply->id == KMEMCGD_POLICY_DEFAULT)
		return err;
	memcg = kmemcgd_nl_find_memcg(info, attr, &reply->css_id);
	if (IS_ERR(memcg))
		return PTR_ERR(memcg);
	root = !memcg->css.parent;
	css_put(&memcg->css);
	if (root)
		return kmemcgd_nl_refuse(info, attr, -EINVAL,
					 "id: the root has no limit, set the default instead");
	return kmemcgd_memcg_id_is_online(reply->css_id, reply->id) ? 0 : refuse_removed(info);
}

/* Puts a policy, or none, in force. Under the lock. */
static int put_in_force(const struct reply *reply,
			const struct kmemcgd_wmark_policy *policy)
{
	int err = 0;

	if (policy)
		err = kmemcgd_policies_set(reply->id, reply->css_id, policy,
					   kmemcgd_param(KMEMCGD_A_CONFIG_WATCHES_MAX));
	else
		kmemcgd_policies_delete(reply->id);
	return err ?: kmemcgd_watermark_apply();
}

/*
 * What a policy lacks is not taken from an ancestor's. Who sets nothing but a
 * swappiness does not mean to leave the memcg alone from now on.
 */
static bool goes_off_unsaid(struct nlattr **attrs,
			    const struct kmemcgd_wmark_policy *policy,
			    const struct kmemcgd_wmark_policy *old)
{
	return !attrs[KMEMCGD_A_WMARK_RATIO] && !kmemcgd_wmark_on(policy) &&
	       !(old && !kmemcgd_wmark_on(old));
}

static int set_policy(struct genl_info *info, struct reply *reply)
{
	struct kmemcgd_wmark_policy *policy = &reply->policy, old;
	bool had_old;
	int err;

	*policy = (struct kmemcgd_wmark_policy){
		.scale_factor = KMEMCGD_WMARK_SCALE_DEFAULT,
		.swappiness = KMEMCGD_SWAPPINESS_OWN,
	};
	had_old = kmemcgd_policies_get(reply->id, policy);
	old = *policy;
	merge(info->attrs, policy);
	if (policy->low_headroom_bytes &&
	    policy->low_headroom_bytes <= policy->high_headroom_bytes)
		return kmemcgd_nl_refuse(info,
					 info->attrs[KMEMCGD_A_WMARK_LOW_HEADROOM_BYTES],
					 -EINVAL,
					 "low_headroom: must be above high_headroom");
	if (goes_off_unsaid(info->attrs, policy, had_old ? &old : NULL))
		return kmemcgd_nl_refuse(info, NULL, -EINVAL,
					 "ratio: neither it nor high_headroom was given; a ratio of 0 switches off");
	err = put_in_force(reply, policy);
	if (err)
		put_in_force(reply, had_old ? &old : NULL);
	if (err == -ENOSPC)
		return kmemcgd_nl_refuse(info, NULL, err,
					 "more memory cgroups than watches_max");
	/* Who removes it deletes its policy, unless that came too late. */
	if (!err && reply->id != KMEMCGD_POLICY_DEFAULT &&
	    !kmemcgd_memcg_id_is_online(reply->css_id, reply->id)) {
		kmemcgd_policies_delete(reply->id);
		return refuse_removed(info);
	}
	return err;
}

static bool any_value(struct nlattr **attrs)
{
	int attr;

	for (attr = KMEMCGD_A_WMARK_RATIO; attr <= KMEMCGD_A_WMARK_SWAPPINESS;
	     attr++)
		if (attrs[attr])
			return true;
	return false;
}

int kmemcgd_nl_set_watermark(struct sk_buff *skb, struct genl_info *info)
{
	struct reply *reply;
	int err;

	err = check_ranges(info);
	if (err)
		return err;
	if (!any_value(info->attrs))
		return kmemcgd_nl_refuse(info, NULL, -EINVAL,
					 "no watermark was given");
	reply = kzalloc(sizeof(*reply), GFP_KERNEL);
	if (!reply)
		return -ENOMEM;
	mutex_lock(&lock);
	err = find_memcg(info, reply) ?: set_policy(info, reply);
	mutex_unlock(&lock);
	if (!err)
		err = kmemcgd_nl_reply(info, fill, reply);
	kfree(reply);
	return err;
}

/* Replies with the policy that was set, and deletes it or not. */
static int reply_policy(struct genl_info *info, bool delete)
{
	struct reply *reply;
	u64 id;
	int err;

	err = read_id(info, &id);
	if (err)
		return err;
	reply = kzalloc(sizeof(*reply), GFP_KERNEL);
	if (!reply)
		return -ENOMEM;
	reply->id = id;
	mutex_lock(&lock);
	if (!kmemcgd_policies_next(&reply->id, &reply->css_id,
				   &reply->policy) || reply->id != id)
		err = kmemcgd_nl_refuse(info, info->attrs[KMEMCGD_A_WMARK_ID],
					-ENOENT,
					id ? "id: no watermark was set for this one" :
					"no default watermark was set");
	else if (delete)
		put_in_force(reply, NULL);
	mutex_unlock(&lock);
	if (!err)
		err = kmemcgd_nl_reply(info, fill, reply);
	kfree(reply);
	return err;
}

int kmemcgd_nl_get_watermark(struct sk_buff *skb, struct genl_info *info)
{
	return reply_policy(info, false);
}

int kmemcgd_nl_del_watermark(struct sk_buff *skb, struct genl_info *info)
{
	return reply_policy(info, true);
}

int kmemcgd_nl_dump_watermark(struct sk_buff *skb, struct netlink_callback *cb)
{
	u64 next = cb->args[0];
	struct reply *reply;
	int err;

	err = kmemcgd_nl_check_dump(cb, KMEMCGD_A_WMARK_ID);
	if (err)
		return err;
	reply = kzalloc(sizeof(*reply), GFP_KERNEL);
	if (!reply)
		return -ENOMEM;
	while (kmemcgd_policies_next(&next, &reply->css_id, &reply->policy)) {
		reply->id = next;
		if (kmemcgd_nl_dump_one(skb, cb, KMEMCGD_CMD_GET_WATERMARK,
					fill, reply))
			break;
		next++;
	}
	cb->args[0] = next;
	kfree(reply);
	return skb->len;
}
