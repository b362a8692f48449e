// SPDX-License-Identifier: GPL-2.0
/* KMEMCGD_CMD_GET_INFO */
#include <linux/utsname.h>

#include <kmemcgd/version.h>

#include "memcg.h"
#include "netlink_internal.h"
#include "symbols.h"

static int fill_capability(struct sk_buff *skb,
			   const struct kmemcgd_capability_info *cap)
{
	struct nlattr *nest;

	nest = nla_nest_start(skb, KMEMCGD_A_INFO_CAPABILITY);
	if (!nest)
		return -EMSGSIZE;
	if (nla_put_string(skb, KMEMCGD_A_CAP_NAME, cap->name) ||
	    nla_put_u8(skb, KMEMCGD_A_CAP_PRESENT, !cap->reason) ||
	    nla_put_u8(skb, KMEMCGD_A_CAP_REQUIRED, cap->required) ||
	    nla_put_string(skb, KMEMCGD_A_CAP_PURPOSE, cap->purpose) ||
	    (cap->reason &&
	     nla_put_string(skb, KMEMCGD_A_CAP_REASON, cap->reason)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int fill_info(struct sk_buff *skb, void *unused)
{
	int i;

	if (nla_put_u32(skb, KMEMCGD_A_INFO_PROTOCOL, KMEMCGD_GENL_VERSION) ||
	    nla_put_string(skb, KMEMCGD_A_INFO_MODULE_VERSION,
			   KMEMCGD_VERSION) ||
	    nla_put_string(skb, KMEMCGD_A_INFO_KERNEL_RELEASE,
			   init_utsname()->release) ||
	    nla_put_u32(skb, KMEMCGD_A_INFO_CGROUP_VERSION,
			kmemcgd_memcg_cgroup_version()) ||
	    nla_put_u32(skb, KMEMCGD_A_INFO_PAGE_SIZE, PAGE_SIZE))
		return -EMSGSIZE;
	for (i = 0; i < KMEMCGD_CAP_MAX; i++)
		if (fill_capability(skb, &kmemcgd_capabilities[i]))
			return -EMSGSIZE;
	return 0;
}

int kmemcgd_nl_get_info(struct sk_buff *skb, struct genl_info *info)
{
	return kmemcgd_nl_reply(info, fill_info, NULL);
}
