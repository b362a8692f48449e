/* SPDX-License-Identifier: GPL-2.0 */
/* What the netlink_*.c files share: the family, its commands, replies. */
#ifndef KMEMCGD_NETLINK_INTERNAL_H
#define KMEMCGD_NETLINK_INTERNAL_H

#include <linux/kmemcgd.h>
#include <net/genetlink.h>

struct kmemcgd_pass;

extern struct genl_family kmemcgd_family;

/*
 * Refuses a request of another version of the protocol.
 * Return: 0 or -EPROTONOSUPPORT.
 */
int kmemcgd_nl_check_version(const struct genlmsghdr *header,
			     struct netlink_ext_ack *extack);

/* Refuses with a message about one attribute of the request. */
int kmemcgd_nl_refuse(struct genl_info *info, const struct nlattr *attr,
		      int err, const char *message);

/**
 * kmemcgd_nl_reply - build one message and send it to who asked
 * @fill: adds the attributes; 0 or -EMSGSIZE
 * @arg: for @fill
 *
 * Context: may sleep.
 * Return: 0 or an error for the caller of netlink.
 */
int kmemcgd_nl_reply(struct genl_info *info,
		     int (*fill)(struct sk_buff *skb, void *arg), void *arg);

/* One each in netlink_<what>.c: attributes for replies and events. */
int kmemcgd_nl_fill_config(struct sk_buff *skb, void *unused);
int kmemcgd_nl_fill_pass(struct sk_buff *skb, const struct kmemcgd_pass *pass);

/* Commands. */
int kmemcgd_nl_get_info(struct sk_buff *skb, struct genl_info *info);
int kmemcgd_nl_get_config(struct sk_buff *skb, struct genl_info *info);
int kmemcgd_nl_set_config(struct sk_buff *skb, struct genl_info *info);
int kmemcgd_nl_get_stats(struct sk_buff *skb, struct genl_info *info);
int kmemcgd_nl_reset_stats(struct sk_buff *skb, struct genl_info *info);
int kmemcgd_nl_get_memcg(struct sk_buff *skb, struct genl_info *info);
int kmemcgd_nl_dump_memcg(struct sk_buff *skb, struct netlink_callback *cb);
int kmemcgd_nl_reap(struct sk_buff *skb, struct genl_info *info);

extern const struct nla_policy kmemcgd_nl_config_policy[KMEMCGD_A_CONFIG_MAX + 1];
extern const struct nla_policy kmemcgd_nl_memcg_policy[KMEMCGD_A_MEMCG_MAX + 1];
extern const struct nla_policy kmemcgd_nl_reap_policy[KMEMCGD_A_REAP_MAX + 1];

#endif
