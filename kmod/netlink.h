/* SPDX-License-Identifier: GPL-2.0 */
/* The generic netlink family, as the rest of the module sees it. */
#ifndef KMEMCGD_NETLINK_H
#define KMEMCGD_NETLINK_H

#include <linux/types.h>

struct kmemcgd_pass;
struct kmemcgd_pressure;
struct kmemcgd_watch;

/* Registers the family. May sleep. Return: 0 or an error. */
int kmemcgd_netlink_init(void);

/* When it returns, no command runs and none will. May sleep. */
void kmemcgd_netlink_exit(void);

/* Whether anybody listens to events; any context. */
bool kmemcgd_netlink_listening(void);

/* Events; cost nothing without listeners. May sleep. */
void kmemcgd_netlink_pass_began(const struct kmemcgd_pass *pass);
void kmemcgd_netlink_pass_ended(const struct kmemcgd_pass *pass);
void kmemcgd_netlink_freed(u64 count, u64 total);
void kmemcgd_netlink_config_changed(void);
void kmemcgd_netlink_reclaim_began(const struct kmemcgd_watch *watch);
void kmemcgd_netlink_reclaim_ended(const struct kmemcgd_watch *watch);
void kmemcgd_netlink_not_converged(const struct kmemcgd_watch *watch);
void kmemcgd_netlink_pressure_changed(const struct kmemcgd_pressure *pressure);

#endif
