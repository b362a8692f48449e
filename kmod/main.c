// SPDX-License-Identifier: GPL-2.0
/* kmemcgd: gives memory cgroup memory back before anybody has to wait for it. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>

#include <kmemcgd/version.h>

#include "cgroup_events.h"
#include "compat/kernel_range.h"
#include "engine.h"
#include "netlink.h"
#include "params.h"
#include "policies.h"
#include "pressure.h"
#include "qos.h"
#include "states.h"
#include "stats.h"
#include "symbols.h"
#include "watches.h"
#include "watermark.h"
#include "zombie.h"

static void cgroup_removed(u64 cgroup_id)
{
	kmemcgd_watermark_removed(cgroup_id);
	kmemcgd_pressure_removed(cgroup_id);
}

static const struct kmemcgd_cgroup_listener listener = {
	.created = kmemcgd_watermark_created,
	.removed = cgroup_removed,
	.attached = kmemcgd_watermark_attached,
	.stalled = kmemcgd_watermark_stalled,
	.queued = kmemcgd_zombie_queued,
	.released = kmemcgd_zombie_released,
};

static int __init kmemcgd_init(void)
{
	int err;

	err = kmemcgd_symbols_init();
	if (err)
		return err;
	kmemcgd_stats_init();
	kmemcgd_states_init();
	kmemcgd_watches_init();
	kmemcgd_cgroup_events_init(&listener);
	err = kmemcgd_netlink_init();
	if (err) {
		pr_err("cannot load: no generic netlink family (%d)\n", err);
		goto err_netlink;
	}
	err = kmemcgd_engine_start();
	if (err) {
		pr_err("cannot load: no kernel thread (%d)\n", err);
		goto err_engine;
	}
	kmemcgd_params_start();
	pr_info("version %s loaded\n", KMEMCGD_VERSION);
	return 0;

err_engine:
	kmemcgd_netlink_exit();
err_netlink:
	kmemcgd_cgroup_events_exit();
	/* Until now a probe might have woken a thread up. */
	kmemcgd_engine_exit();
	kmemcgd_watches_exit();
	/* The family was there for a moment: somebody may have set some. */
	kmemcgd_policies_exit();
	kmemcgd_qos_exit();
	kmemcgd_states_exit();
	return err;
}

static void __exit kmemcgd_exit(void)
{
	kmemcgd_params_stop();
	/* The threads send events: they have to stop before the family goes. */
	kmemcgd_engine_stop();
	kmemcgd_netlink_exit();
	kmemcgd_cgroup_events_exit();
	kmemcgd_engine_exit();
	kmemcgd_watches_exit();
	kmemcgd_policies_exit();
	kmemcgd_qos_exit();
	kmemcgd_states_exit();
	pr_info("unloaded\n");
}

module_init(kmemcgd_init);
module_exit(kmemcgd_exit);

MODULE_AUTHOR("The kmemcgd authors");
MODULE_DESCRIPTION("Reclaims memory of memory cgroups in the background");
MODULE_LICENSE("GPL");
MODULE_VERSION(KMEMCGD_VERSION);
