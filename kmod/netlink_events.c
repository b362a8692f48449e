// SPDX-License-Identifier: GPL-2.0
/* Sending events, and those of the group "events". */
#include "compat/genl.h"
#include "netlink.h"
#include "netlink_internal.h"
#include "stats.h"

bool kmemcgd_netlink_listening(void)
{
	return genl_has_listeners(&kmemcgd_family, &init_net,
				  KMEMCGD_NL_EVENTS);
}

void kmemcgd_nl_send_event(enum kmemcgd_nl_group group, u8 cmd,
			   int (*fill)(struct sk_buff *skb, void *arg),
			   void *arg)
{
	struct sk_buff *skb;
	void *header;
	int err;

	if (!genl_has_listeners(&kmemcgd_family, &init_net, group))
		return;
	/* It names memcgs, and where it can't be restricted, stays empty. */
	if (group == KMEMCGD_NL_WATERMARKS && !KMEMCGD_ADMIN_GROUPS)
		return;
	skb = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!skb) {
		kmemcgd_stats_add(KMEMCGD_A_STATS_EVENTS_LOST, 1);
		return;
	}
	header = genlmsg_put(skb, 0, 0, &kmemcgd_family, 0, cmd);
	if (!header || fill(skb, arg)) {
		nlmsg_free(skb);
		kmemcgd_stats_add(KMEMCGD_A_STATS_EVENTS_LOST, 1);
		return;
	}
	genlmsg_end(skb, header);
	err = genlmsg_multicast(&kmemcgd_family, skb, 0, group, GFP_KERNEL);
	if (err && err != -ESRCH)
		kmemcgd_stats_add(KMEMCGD_A_STATS_EVENTS_LOST, 1);
}

static void send_event(u8 cmd, int (*fill)(struct sk_buff *skb, void *arg),
		       void *arg)
{
	kmemcgd_nl_send_event(KMEMCGD_NL_EVENTS, cmd, fill, arg);
}

static int fill_began(struct sk_buff *skb, void *arg)
{
	const struct kmemcgd_pass *pass = arg;

	if (nla_put_u64_64bit(skb, KMEMCGD_A_PASS_ID, pass->id,
			      KMEMCGD_A_PASS_PAD) ||
	    nla_put_u32(skb, KMEMCGD_A_PASS_REASON, pass->reason))
		return -EMSGSIZE;
	return 0;
}

static int fill_ended(struct sk_buff *skb, void *arg)
{
	return kmemcgd_nl_fill_pass(skb, arg);
}

struct freed {
	u64 count;
	u64 total;
};

static int fill_freed(struct sk_buff *skb, void *arg)
{
	const struct freed *freed = arg;

	if (nla_put_u64_64bit(skb, KMEMCGD_A_FREED_COUNT, freed->count,
			      KMEMCGD_A_FREED_PAD) ||
	    nla_put_u64_64bit(skb, KMEMCGD_A_FREED_TOTAL, freed->total,
			      KMEMCGD_A_FREED_PAD))
		return -EMSGSIZE;
	return 0;
}

void kmemcgd_netlink_pass_began(const struct kmemcgd_pass *pass)
{
	send_event(KMEMCGD_CMD_PASS_BEGIN_NTF, fill_began, (void *)pass);
}

void kmemcgd_netlink_pass_ended(const struct kmemcgd_pass *pass)
{
	send_event(KMEMCGD_CMD_PASS_END_NTF, fill_ended, (void *)pass);
}

void kmemcgd_netlink_freed(u64 count, u64 total)
{
	struct freed freed = { .count = count, .total = total };

	send_event(KMEMCGD_CMD_FREED_NTF, fill_freed, &freed);
}

void kmemcgd_netlink_config_changed(void)
{
	send_event(KMEMCGD_CMD_CONFIG_NTF, kmemcgd_nl_fill_config, NULL);
}
