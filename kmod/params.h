/* SPDX-License-Identifier: GPL-2.0 */
/* The tunables: one variable each, behind sysfs and netlink alike. */
#ifndef KMEMCGD_PARAMS_H
#define KMEMCGD_PARAMS_H

#include <linux/compiler.h>
#include <linux/kmemcgd.h>
#include <linux/types.h>

/**
 * struct kmemcgd_param - one tunable
 * @name: its name in sysfs
 * @value: where it is kept; written under kernel_param_lock() of the module
 * @min: the lowest value
 * @max: the highest value
 * @range_error: "name: must be min to max"
 */
struct kmemcgd_param {
	const char *name;
	u32 *value;
	u32 min;
	u32 max;
	const char *range_error;
};

/* Indexed by enum kmemcgd_a_config. */
extern const struct kmemcgd_param kmemcgd_params[KMEMCGD_A_CONFIG_MAX + 1];

/* Reads a tunable; from any context. */
static inline u32 kmemcgd_param(enum kmemcgd_a_config which)
{
	return READ_ONCE(*kmemcgd_params[which].value);
}

/*
 * From now on until _stop, a write to sysfs is announced to the engine and as
 * an event. Both may sleep.
 */
void kmemcgd_params_start(void);
void kmemcgd_params_stop(void);

/* Announces a change; called under kernel_param_lock(). May sleep. */
void kmemcgd_params_changed(void);

#endif
