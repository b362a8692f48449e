// SPDX-License-Identifier: GPL-2.0
/* KMEMCGD_CMD_GET_CONFIG and _SET_CONFIG */
#include <linux/module.h>
#include <linux/moduleparam.h>

#include "netlink_internal.h"
#include "params.h"

const struct nla_policy kmemcgd_nl_config_policy[KMEMCGD_A_CONFIG_MAX + 1] = {
	[KMEMCGD_A_CONFIG_ENABLED ... KMEMCGD_A_CONFIG_MAX] = { .type = NLA_U32 },
};

int kmemcgd_nl_fill_config(struct sk_buff *skb, void *unused)
{
	int attr;

	for (attr = 1; attr <= KMEMCGD_A_CONFIG_MAX; attr++)
		if (nla_put_u32(skb, attr, kmemcgd_param(attr)))
			return -EMSGSIZE;
	return 0;
}

int kmemcgd_nl_get_config(struct sk_buff *skb, struct genl_info *info)
{
	return kmemcgd_nl_reply(info, kmemcgd_nl_fill_config, NULL);
}

/* Ranges are checked here, not by a policy, to name them in the message. */
static int check_values(struct genl_info *info)
{
	bool any = false;
	int attr;

	for (attr = 1; attr <= KMEMCGD_A_CONFIG_MAX; attr++) {
		const struct kmemcgd_param *param = &kmemcgd_params[attr];
		const struct nlattr *nla = info->attrs[attr];
		u32 value;

		if (!nla)
			continue;
		any = true;
		value = nla_get_u32(nla);
		if (value < param->min || value > param->max)
			return kmemcgd_nl_refuse(info, nla, -ERANGE,
						 param->range_error);
	}
	return any ? 0 : kmemcgd_nl_refuse(info, NULL, -EINVAL,
					   "no tunable was given");
}

int kmemcgd_nl_set_config(struct sk_buff *skb, struct genl_info *info)
{
	int attr, err;

	err = check_values(info);
	if (err)
		return err;
	kernel_param_lock(THIS_MODULE);
	for (attr = 1; attr <= KMEMCGD_A_CONFIG_MAX; attr++)
		if (info->attrs[attr])
			WRITE_ONCE(*kmemcgd_params[attr].value,
				   nla_get_u32(info->attrs[attr]));
	kmemcgd_params_changed();
	kernel_param_unlock(THIS_MODULE);
	return kmemcgd_nl_reply(info, kmemcgd_nl_fill_config, NULL);
}
