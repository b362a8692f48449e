/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Histograms of times: bucket n counts values in [2^n, 2^(n+1)) ns, bucket 0
 * zero as well, the last one everything above.
 */
#ifndef KMEMCGD_HIST_H
#define KMEMCGD_HIST_H

#include "types.h"

static inline uint32_t kmemcgd_hist_bucket(uint64_t ns, uint32_t buckets)
{
	uint32_t bucket = ns ? 63 - (uint32_t)__builtin_clzll(ns) : 0;

	return bucket < buckets ? bucket : buckets - 1;
}

#endif
