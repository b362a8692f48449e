/* SPDX-License-Identifier: GPL-2.0 */
/* What the netlink_*.c files share: the family, its commands, replies. */
#ifndef KMEMCGD_NETLINK_INTERNAL_H
#define KMEMCGD_NETLINK_INTERNAL_H

#include <linux/kmemcgd.h>
#include <net/genetlink.h>

struct kmemcgd_pass;
struct mem_cgroup;

extern struct genl_family kmemcgd_family;

/* The multicast groups. */
enum kmemcgd_nl_group {
	KMEMCGD_NL_EVENTS,	/* for everybody */
	KMEMCGD_NL_WATERMARKS,	/* joined with CAP_NET_ADMIN only */
};

/* Refuses with a message about one attribute of the request. */
int kmemcgd_nl_refuse(struct genl_info *info, const struct nlattr *attr,
		      int err, const char *message);

/**
 * struct kmemcgd_nl_range - what a u32 of a request may be
 * @attr: which
 * @min: the lowest value
 * @max: the highest value
 * @error: "name: must be min to max"
 */
struct kmemcgd_nl_range {
	int attr;
	u32 min;
	u32 max;
	const char *error;
};

/* Refuses a value out of range; not by a policy, to name the range. */
int kmemcgd_nl_check_ranges(struct genl_info *info,
			    const struct kmemcgd_nl_range *ranges,
			    size_t count);

/* Nearly all attributes of replies are u64. */
struct kmemcgd_nl_value {
	int attr;
	u64 value;
};

/* @pad: the attribute for alignment. Return: 0 or -EMSGSIZE. */
int kmemcgd_nl_put_values(struct sk_buff *skb,
			  const struct kmemcgd_nl_value *values, size_t count,
			  int pad);

/* Pages in bytes; U64_MAX for what is beyond. */
static inline u64 kmemcgd_nl_bytes(u64 pages)
{
	return pages < U64_MAX >> PAGE_SHIFT ? pages << PAGE_SHIFT : U64_MAX;
}

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

/*
 * Refuses a dump of another version of the protocol, and one of a single object.
 * For each part of a dump: the start of one can't explain itself everywhere.
 * @id_attr: names the object
 */
int kmemcgd_nl_check_dump(struct netlink_callback *cb, int id_attr);

/**
 * kmemcgd_nl_dump_one - add one message to a dump
 * @cmd: the command
 * @fill: adds the attributes; 0 or -EMSGSIZE
 * @arg: for @fill
 *
 * Context: does not sleep, unless @fill does.
 * Return: 0, or -EMSGSIZE when it has to go into the next part of the dump.
 */
int kmemcgd_nl_dump_one(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd,
			int (*fill)(struct sk_buff *skb, void *arg), void *arg);

/**
 * kmemcgd_nl_find_memcg - the memcg that an attribute names
 * @attr: a cgroup id, or NULL when it was not given, which is refused
 * @css_id: set to its css id
 *
 * Context: may sleep.
 * Return: the memcg with a css reference, or an error that was explained.
 */
struct mem_cgroup *kmemcgd_nl_find_memcg(struct genl_info *info,
					 const struct nlattr *attr,
					 int *css_id);

/**
 * kmemcgd_nl_put_path - add the path of a memcg
 * @attr: which attribute that is
 * @memcg: kept by RCU or a reference
 * @path: PATH_MAX bytes to work with; a path that is longer is left out
 *
 * Context: any.
 * Return: 0 or -EMSGSIZE.
 */
int kmemcgd_nl_put_path(struct sk_buff *skb, int attr, struct mem_cgroup *memcg,
			char *path);

/**
 * kmemcgd_nl_send_event - build one message and send it to a group
 * @group: without listeners, nothing is done
 * @cmd: the event
 * @fill: adds the attributes; 0 or -EMSGSIZE
 * @arg: for @fill
 *
 * A listener that is too slow loses events; it is told, and we count it.
 *
 * Context: may sleep.
 */
void kmemcgd_nl_send_event(enum kmemcgd_nl_group group, u8 cmd,
			   int (*fill)(struct sk_buff *skb, void *arg),
			   void *arg);

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
int kmemcgd_nl_set_watermark(struct sk_buff *skb, struct genl_info *info);
int kmemcgd_nl_get_watermark(struct sk_buff *skb, struct genl_info *info);
int kmemcgd_nl_del_watermark(struct sk_buff *skb, struct genl_info *info);
int kmemcgd_nl_dump_watermark(struct sk_buff *skb, struct netlink_callback *cb);
int kmemcgd_nl_get_watch(struct sk_buff *skb, struct genl_info *info);
int kmemcgd_nl_dump_watch(struct sk_buff *skb, struct netlink_callback *cb);
int kmemcgd_nl_set_qos(struct sk_buff *skb, struct genl_info *info);
int kmemcgd_nl_get_qos(struct sk_buff *skb, struct genl_info *info);
int kmemcgd_nl_del_qos(struct sk_buff *skb, struct genl_info *info);
int kmemcgd_nl_dump_qos(struct sk_buff *skb, struct netlink_callback *cb);
int kmemcgd_nl_get_pressure(struct sk_buff *skb, struct genl_info *info);

extern const struct nla_policy kmemcgd_nl_config_policy[KMEMCGD_A_CONFIG_MAX + 1];
extern const struct nla_policy kmemcgd_nl_memcg_policy[KMEMCGD_A_MEMCG_MAX + 1];
extern const struct nla_policy kmemcgd_nl_reap_policy[KMEMCGD_A_REAP_MAX + 1];
extern const struct nla_policy kmemcgd_nl_wmark_policy[KMEMCGD_A_WMARK_MAX + 1];
extern const struct nla_policy kmemcgd_nl_watch_policy[KMEMCGD_A_WATCH_MAX + 1];
extern const struct nla_policy kmemcgd_nl_qos_policy[KMEMCGD_A_QOS_MAX + 1];

#endif
