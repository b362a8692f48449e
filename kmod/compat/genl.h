/* SPDX-License-Identifier: GPL-2.0 */
/* What became different in generic netlink. */
#ifndef KMEMCGD_COMPAT_GENL_H
#define KMEMCGD_COMPAT_GENL_H

#include <net/genetlink.h>

/* What pre_doit() is given: an operation of its own for each way from 6.2 on. */
#ifdef HAVE_GENL_SPLIT_OPS
#define kmemcgd_genl_op genl_split_ops
#else
#define kmemcgd_genl_op genl_ops
#endif

/* The attributes of a dump request: moved into genl_info in 6.6. */
static inline struct nlattr **kmemcgd_dump_attrs(struct netlink_callback *cb)
{
#ifdef HAVE_GENL_INFO_DUMP
	return genl_info_dump(cb)->attrs;
#else
	return genl_dumpit_info(cb)->attrs;
#endif
}

/* A multicast group that only CAP_NET_ADMIN may join. */
#ifdef HAVE_GENL_GROUP_FLAGS
#define KMEMCGD_ADMIN_GROUPS 1
#ifdef GENL_MCAST_CAP_NET_ADMIN
#define KMEMCGD_GROUP_ADMIN GENL_MCAST_CAP_NET_ADMIN
#else
#define KMEMCGD_GROUP_ADMIN GENL_UNS_ADMIN_PERM
#endif
#else
#define KMEMCGD_ADMIN_GROUPS 0
#endif

#endif
