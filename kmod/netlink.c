// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink family: which command takes what from whom. The protocol
 * is described in include/uapi/linux/kmemcgd.h.
 *
 * The family exists in the initial network namespace only, as the daemon does.
 */
#include <linux/err.h>
#include <linux/limits.h>
#include <linux/module.h>

#include "compat/genl.h"
#include "memcg.h"
#include "netlink.h"
#include "netlink_internal.h"

/* A message with many attributes and the longest path. */
#define MESSAGE_SIZE (GENLMSG_DEFAULT_SIZE + PATH_MAX)

/* For commands without attributes: none at all would check nothing. */
static const struct nla_policy no_attrs[] = {
	[1] = { .type = NLA_REJECT },
};

/* What does not fit into an empty message would end the dump. */
static int start_dump(struct netlink_callback *cb)
{
	cb->min_dump_alloc = nlmsg_total_size(genlmsg_total_size(MESSAGE_SIZE));
	return 0;
}

static const struct genl_ops ops[] = {
	{
		.cmd = KMEMCGD_CMD_GET_INFO,
		.doit = kmemcgd_nl_get_info,
		.policy = no_attrs,
		.maxattr = ARRAY_SIZE(no_attrs) - 1,
	},
	{
		.cmd = KMEMCGD_CMD_GET_CONFIG,
		.doit = kmemcgd_nl_get_config,
		.policy = no_attrs,
		.maxattr = ARRAY_SIZE(no_attrs) - 1,
	},
	{
		.cmd = KMEMCGD_CMD_SET_CONFIG,
		.doit = kmemcgd_nl_set_config,
		.flags = GENL_ADMIN_PERM,
		.policy = kmemcgd_nl_config_policy,
		.maxattr = KMEMCGD_A_CONFIG_MAX,
	},
	{
		.cmd = KMEMCGD_CMD_GET_MEMCG,
		.doit = kmemcgd_nl_get_memcg,
		.start = start_dump,
		.dumpit = kmemcgd_nl_dump_memcg,
		.flags = GENL_ADMIN_PERM,
		.policy = kmemcgd_nl_memcg_policy,
		.maxattr = KMEMCGD_A_MEMCG_MIN_BYTES,
	},
	{
		.cmd = KMEMCGD_CMD_GET_STATS,
		.doit = kmemcgd_nl_get_stats,
		.policy = no_attrs,
		.maxattr = ARRAY_SIZE(no_attrs) - 1,
	},
	{
		.cmd = KMEMCGD_CMD_RESET_STATS,
		.doit = kmemcgd_nl_reset_stats,
		.flags = GENL_ADMIN_PERM,
		.policy = no_attrs,
		.maxattr = ARRAY_SIZE(no_attrs) - 1,
	},
	{
		.cmd = KMEMCGD_CMD_REAP,
		.doit = kmemcgd_nl_reap,
		.flags = GENL_ADMIN_PERM,
		.policy = kmemcgd_nl_reap_policy,
		.maxattr = KMEMCGD_A_REAP_CAPPED,
	},
	{
		.cmd = KMEMCGD_CMD_SET_WATERMARK,
		.doit = kmemcgd_nl_set_watermark,
		.flags = GENL_ADMIN_PERM,
		.policy = kmemcgd_nl_wmark_policy,
		.maxattr = KMEMCGD_A_WMARK_SWAPPINESS,
	},
	{
		.cmd = KMEMCGD_CMD_GET_WATERMARK,
		.doit = kmemcgd_nl_get_watermark,
		.start = start_dump,
		.dumpit = kmemcgd_nl_dump_watermark,
		.flags = GENL_ADMIN_PERM,
		.policy = kmemcgd_nl_wmark_policy,
		.maxattr = KMEMCGD_A_WMARK_ID,
	},
	{
		.cmd = KMEMCGD_CMD_DEL_WATERMARK,
		.doit = kmemcgd_nl_del_watermark,
		.flags = GENL_ADMIN_PERM,
		.policy = kmemcgd_nl_wmark_policy,
		.maxattr = KMEMCGD_A_WMARK_ID,
	},
	{
		.cmd = KMEMCGD_CMD_GET_WATCH,
		.doit = kmemcgd_nl_get_watch,
		.start = start_dump,
		.dumpit = kmemcgd_nl_dump_watch,
		.flags = GENL_ADMIN_PERM,
		.policy = kmemcgd_nl_watch_policy,
		.maxattr = KMEMCGD_A_WATCH_ID,
	},
	{
		.cmd = KMEMCGD_CMD_SET_QOS,
		.doit = kmemcgd_nl_set_qos,
		.flags = GENL_ADMIN_PERM,
		.policy = kmemcgd_nl_qos_policy,
		.maxattr = KMEMCGD_A_QOS_SWAP,
	},
	{
		.cmd = KMEMCGD_CMD_GET_QOS,
		.doit = kmemcgd_nl_get_qos,
		.start = start_dump,
		.dumpit = kmemcgd_nl_dump_qos,
		.flags = GENL_ADMIN_PERM,
		.policy = kmemcgd_nl_qos_policy,
		.maxattr = KMEMCGD_A_QOS_ID,
	},
	{
		.cmd = KMEMCGD_CMD_DEL_QOS,
		.doit = kmemcgd_nl_del_qos,
		.flags = GENL_ADMIN_PERM,
		.policy = kmemcgd_nl_qos_policy,
		.maxattr = KMEMCGD_A_QOS_ID,
	},
	{
		.cmd = KMEMCGD_CMD_GET_PRESSURE,
		.doit = kmemcgd_nl_get_pressure,
		.policy = no_attrs,
		.maxattr = ARRAY_SIZE(no_attrs) - 1,
	},
};

static const struct genl_multicast_group groups[] = {
	[KMEMCGD_NL_EVENTS] = { .name = KMEMCGD_MCGRP_EVENTS },
	[KMEMCGD_NL_WATERMARKS] = {
		.name = KMEMCGD_MCGRP_WATERMARKS,
#if KMEMCGD_ADMIN_GROUPS
		.flags = KMEMCGD_GROUP_ADMIN,
#endif
	},
};

static int check_version(const struct genlmsghdr *header,
			 struct netlink_ext_ack *extack)
{
	if (header->version == KMEMCGD_GENL_VERSION)
		return 0;
	if (header->version < KMEMCGD_GENL_VERSION)
		NL_SET_ERR_MSG(extack,
			       "older protocol version than the module's (1): update kmemcgctl");
	else
		NL_SET_ERR_MSG(extack,
			       "newer protocol version than the module's (1): update the module");
	return -EPROTONOSUPPORT;
}

/* Before every command but dumps, which check it themselves. */
static int pre_doit(const struct kmemcgd_genl_op *op, struct sk_buff *skb,
		    struct genl_info *info)
{
	return check_version(info->genlhdr, info->extack);
}

struct genl_family kmemcgd_family = {
	.name = KMEMCGD_GENL_NAME,
	.version = KMEMCGD_GENL_VERSION,
	.module = THIS_MODULE,
	.pre_doit = pre_doit,
	.ops = ops,
	.n_ops = ARRAY_SIZE(ops),
	.mcgrps = groups,
	.n_mcgrps = ARRAY_SIZE(groups),
};

int kmemcgd_nl_refuse(struct genl_info *info, const struct nlattr *attr,
		      int err, const char *message)
{
	if (info->extack) {
		info->extack->_msg = message;
		info->extack->bad_attr = attr;
	}
	return err;
}

int kmemcgd_nl_check_ranges(struct genl_info *info,
			    const struct kmemcgd_nl_range *ranges, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		const struct nlattr *attr = info->attrs[ranges[i].attr];

		if (attr && (nla_get_u32(attr) < ranges[i].min ||
			     nla_get_u32(attr) > ranges[i].max))
			return kmemcgd_nl_refuse(info, attr, -ERANGE,
						 ranges[i].error);
	}
	return 0;
}

int kmemcgd_nl_put_values(struct sk_buff *skb,
			  const struct kmemcgd_nl_value *values, size_t count,
			  int pad)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (nla_put_u64_64bit(skb, values[i].attr, values[i].value, pad))
			return -EMSGSIZE;
	return 0;
}

int kmemcgd_nl_reply(struct genl_info *info,
		     int (*fill)(struct sk_buff *skb, void *arg), void *arg)
{
	struct sk_buff *skb;
	void *header;

	skb = genlmsg_new(MESSAGE_SIZE, GFP_KERNEL);
	if (!skb)
		return -ENOMEM;
	header = genlmsg_put_reply(skb, info, &kmemcgd_family, 0,
				   info->genlhdr->cmd);
	if (!header || fill(skb, arg)) {
		nlmsg_free(skb);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, header);
	return genlmsg_reply(skb, info);
}

int kmemcgd_nl_check_dump(struct netlink_callback *cb, int id_attr)
{
	struct nlattr **attrs = kmemcgd_dump_attrs(cb);
	int err;

	err = check_version(nlmsg_data(cb->nlh), cb->extack);
	if (err)
		return err;
	if (attrs && attrs[id_attr]) {
		NL_SET_ERR_MSG(cb->extack, "id: not for dumps");
		return -EINVAL;
	}
	return 0;
}

int kmemcgd_nl_dump_one(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd,
			int (*fill)(struct sk_buff *skb, void *arg), void *arg)
{
	void *header;

	header = genlmsg_put(skb, NETLINK_CB(cb->skb).portid,
			     cb->nlh->nlmsg_seq, &kmemcgd_family, NLM_F_MULTI,
			     cmd);
	if (!header)
		return -EMSGSIZE;
	genl_dump_check_consistent(cb, header);
	if (fill(skb, arg)) {
		genlmsg_cancel(skb, header);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, header);
	return 0;
}

struct mem_cgroup *kmemcgd_nl_find_memcg(struct genl_info *info,
					 const struct nlattr *attr, int *css_id)
{
	struct mem_cgroup *memcg;

	if (!attr)
		return ERR_PTR(kmemcgd_nl_refuse(info, NULL, -EINVAL,
						 "id: the cgroup id is missing"));
	memcg = kmemcgd_memcg_find(nla_get_u64(attr), css_id);
	if (!memcg)
		return ERR_PTR(kmemcgd_nl_refuse(info, attr, -ENOENT,
						 "id: no memory cgroup has this id"));
	return memcg;
}

int kmemcgd_nl_put_path(struct sk_buff *skb, int attr, struct mem_cgroup *memcg,
			char *path)
{
	int length = cgroup_path(memcg->css.cgroup, path, PATH_MAX);

	/* Older kernels say how long one that was cut would have been. */
	if (length < 0 || length >= PATH_MAX)
		return 0;
	return nla_put(skb, attr, length + 1, path);
}

int kmemcgd_netlink_init(void)
{
	return genl_register_family(&kmemcgd_family);
}

void kmemcgd_netlink_exit(void)
{
	genl_unregister_family(&kmemcgd_family);
}
