/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Fixed-width integers for the policy headers, which the module and the unit
 * tests compile from the same text.
 */
#ifndef KMEMCGD_TYPES_H
#define KMEMCGD_TYPES_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stdbool.h>
#include <stdint.h>
#endif

#endif
