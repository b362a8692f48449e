// SPDX-License-Identifier: GPL-2.0
/* KMEMCGD_CMD_GET_PRESSURE and its event. */
#include <linux/slab.h>

#include "netlink.h"
#include "netlink_internal.h"
#include "pressure.h"
#include "qos.h"

static int put_class(struct sk_buff *skb, u32 class,
		     const struct kmemcgd_class_stats *stats)
{
	const struct kmemcgd_nl_value values[] = {
		{ KMEMCGD_A_CLASS_SLICES, stats->slices },
		{ KMEMCGD_A_CLASS_RECLAIMED_BYTES,
		  kmemcgd_nl_bytes(stats->pages) },
	};
	struct nlattr *nest;

	nest = nla_nest_start(skb, KMEMCGD_A_PRESSURE_CLASS);
	if (!nest || nla_put_u32(skb, KMEMCGD_A_CLASS_CLASS, class) ||
	    nla_put_u32(skb, KMEMCGD_A_CLASS_MEMCGS,
			kmemcgd_qos_count_class(class)) ||
	    kmemcgd_nl_put_values(skb, values, ARRAY_SIZE(values),
				  KMEMCGD_A_CLASS_PAD))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int fill(struct sk_buff *skb, void *arg)
{
	const struct kmemcgd_pressure *pressure = arg;
	const struct kmemcgd_node *node = &pressure->node;
	const struct kmemcgd_nl_value values[] = {
		{ KMEMCGD_A_PRESSURE_MARGIN_BYTES,
		  kmemcgd_nl_bytes(node->margin) },
		{ KMEMCGD_A_PRESSURE_THRESHOLD_BYTES,
		  kmemcgd_nl_bytes(node->margins.threshold) },
		{ KMEMCGD_A_PRESSURE_GOAL_BYTES,
		  kmemcgd_nl_bytes(node->margins.goal) },
		{ KMEMCGD_A_PRESSURE_FILL_RATE,
		  kmemcgd_nl_bytes(pressure->fall_rate) },
		{ KMEMCGD_A_PRESSURE_EPISODES, pressure->episodes },
		{ KMEMCGD_A_PRESSURE_NOTHINGS, pressure->nothings },
		{ KMEMCGD_A_PRESSURE_RECLAIMED_BYTES,
		  kmemcgd_nl_bytes(pressure->pages) },
		{ KMEMCGD_A_PRESSURE_CPU_NS, pressure->cpu_ns },
	};
	u32 class;

	if (nla_put_u32(skb, KMEMCGD_A_PRESSURE_STATE, pressure->state) ||
	    nla_put_u32(skb, KMEMCGD_A_PRESSURE_NODE, node->id) ||
	    kmemcgd_nl_put_values(skb, values, ARRAY_SIZE(values),
				  KMEMCGD_A_PRESSURE_PAD))
		return -EMSGSIZE;
	for (class = 0; class <= KMEMCGD_CLASS_MAX; class++) {
		const struct kmemcgd_class_stats *stats;

		stats = &pressure->classes[class];
		if ((stats->slices || kmemcgd_qos_count_class(class)) &&
		    put_class(skb, class, stats))
			return -EMSGSIZE;
	}
	return 0;
}

int kmemcgd_nl_get_pressure(struct sk_buff *skb, struct genl_info *info)
{
	struct kmemcgd_pressure *pressure;
	int err;

	pressure = kmalloc(sizeof(*pressure), GFP_KERNEL);
	if (!pressure)
		return -ENOMEM;
	kmemcgd_pressure_read(pressure);
	err = kmemcgd_nl_reply(info, fill, pressure);
	kfree(pressure);
	return err;
}

void kmemcgd_netlink_pressure_changed(const struct kmemcgd_pressure *pressure)
{
	kmemcgd_nl_send_event(KMEMCGD_NL_EVENTS, KMEMCGD_CMD_PRESSURE_NTF, fill,
			      (void *)pressure);
}
