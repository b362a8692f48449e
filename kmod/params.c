// SPDX-License-Identifier: GPL-2.0
/*
 * Module parameters for every tunable, range-checked on write. Netlink writes
 * the same variables, so the two never disagree; kernel_param_lock() orders
 * the writers, readers take single values without a lock.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/stringify.h>

#include "engine.h"
#include "netlink.h"
#include "params.h"
#include "worker.h"

/* Written under kernel_param_lock(), before the writers can run and after. */
static bool announce;

static int set_ranged(const char *text, const struct kernel_param *kp)
{
	const struct kmemcgd_param *param = kp->arg;
	u32 value;
	int err;

	err = kstrtou32(text, 0, &value);
	if (err)
		return err;
	if (value < param->min || value > param->max) {
		pr_warn("%s\n", param->range_error);
		return -ERANGE;
	}
	WRITE_ONCE(*param->value, value);
	if (announce)
		kmemcgd_params_changed();
	return 0;
}

static int get_ranged(char *buffer, const struct kernel_param *kp)
{
	const struct kmemcgd_param *param = kp->arg;

	return scnprintf(buffer, PAGE_SIZE, "%u\n", READ_ONCE(*param->value));
}

static const struct kernel_param_ops ranged_ops = {
	.set = set_ranged,
	.get = get_ranged,
};

/*
 * Every tunable: name, attribute, default, lowest, highest, documentation.
 * Unit, range and default are part of what modinfo shows.
 */
#define FOR_EACH_TUNABLE(T)						\
	T(enabled, ENABLED, 1, 0, 1,					\
	  "free zombie memcgs: 0 off, 1 on")				\
	T(cpu_cap_permille, CPU_CAP_PERMILLE, 50, 1, 1000,		\
	  "CPU time spent on zombies at most, in 1/1000 of one CPU")	\
	T(burst_us, BURST_US, 10000, 1000, 100000,			\
	  "CPU time that may be saved up and spent at once, in us")	\
	T(slice_target_us, SLICE_TARGET_US, 50, 10, 10000,		\
	  "time that one slice should take, in us")			\
	T(slice_max_pages, SLICE_MAX_PAGES, 512, 32, 65536,		\
	  "pages that one slice may take at most")			\
	T(settle_ms, SETTLE_MS, 2000, 0, 600000,			\
	  "time from the removal of a cgroup to the first visit, in ms") \
	T(scan_interval_ms, SCAN_INTERVAL_MS, 60000, 1000, 86400000,	\
	  "time between scans where removals can't be observed, in ms")	\
	T(backoff_min_ms, BACKOFF_MIN_MS, 5000, 100, 3600000,		\
	  "shortest time between two visits of a zombie, in ms")	\
	T(backoff_max_ms, BACKOFF_MAX_MS, 600000, 100, 86400000,	\
	  "longest time between two visits of a zombie, in ms")		\
	T(states_max, STATES_MAX, 65536, 0, 1048576,			\
	  "zombies that state is kept for at most")			\
	T(swap, SWAP, 0, 0, 1,						\
	  "swap the memory of zombies out: 0 no, 1 yes")		\
	T(inodes, INODES, 1, 0, 1,					\
	  "evict unused inodes whose pages belong to zombies: 0 no, 1 yes") \
	T(nice_min, NICE_MIN, 0, 0, 19,					\
	  "nice value that threads may go down to for watermarks")	\
	T(headroom_max_permille, HEADROOM_MAX_PERMILLE, 50, 0, 500,	\
	  "how much lower than set watermarks may become, in 1/1000 of the limit") \
	T(watches_max, WATCHES_MAX, 65536, 0, 1048576,			\
	  "memcgs that are watched, policies, and classes, at most each")	\
	T(threads, THREADS, 1, 1, KMEMCGD_THREADS_MAX,			\
	  "threads for watermarks")					\
	T(node_free_mb, NODE_FREE_MB, 0, 0, 16777216,			\
	  "free memory to keep above the kernel's low watermarks, in MiB; 0: off") \
	T(node_free_permille, NODE_FREE_PERMILLE, 0, 0, 500,		\
	  "likewise, in 1/1000 of all memory; the larger one counts")	\
	T(node_gap_percent, NODE_GAP_PERCENT, 25, 1, 400,		\
	  "how much more than that is freed, in percent of it")

#define DEFINE_TUNABLE(_name, _attr, _default, _min, _max, _doc)	\
	static u32 _name = _default;					\
	module_param_cb(_name, &ranged_ops,				\
			(void *)&kmemcgd_params[KMEMCGD_A_CONFIG_##_attr], \
			0644);						\
	MODULE_PARM_DESC(_name, _doc " (" #_min " to " __stringify(_max) \
			 ", default " #_default ")");

#define TUNABLE_ENTRY(_name, _attr, _default, _min, _max, _doc)		\
	[KMEMCGD_A_CONFIG_##_attr] = {					\
		.name = #_name,						\
		.value = &(_name),					\
		.min = _min,						\
		.max = _max,						\
		.range_error = #_name ": must be " #_min " to "		\
			       __stringify(_max),			\
	},

FOR_EACH_TUNABLE(DEFINE_TUNABLE)

const struct kmemcgd_param kmemcgd_params[KMEMCGD_A_CONFIG_MAX + 1] = {
	FOR_EACH_TUNABLE(TUNABLE_ENTRY)
};

void kmemcgd_params_start(void)
{
	kernel_param_lock(THIS_MODULE);
	announce = true;
	kernel_param_unlock(THIS_MODULE);
}

void kmemcgd_params_stop(void)
{
	kernel_param_lock(THIS_MODULE);
	announce = false;
	kernel_param_unlock(THIS_MODULE);
}

void kmemcgd_params_changed(void)
{
	kmemcgd_engine_params_changed();
	kmemcgd_netlink_config_changed();
}
