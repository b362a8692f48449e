/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The size of a slice, adapted so that it takes about the target time:
 * halved at once when a slice took longer, an eighth more when it took less
 * than half of it and the pages were the limit. Additive growth and
 * multiplicative cuts, as in TCP's congestion avoidance, keep the tail short.
 */
#ifndef KMEMCGD_SLICE_H
#define KMEMCGD_SLICE_H

#include "types.h"

/* Reclaim takes its pages in clusters of this size (SWAP_CLUSTER_MAX). */
#define KMEMCGD_SLICE_MIN_PAGES 32

/**
 * kmemcgd_slice_pages - how many pages the next slice may take
 * @pages: the limit of the last slice
 * @used: what it took of that
 * @took_ns: the time that it took
 * @target_ns: the time that it should take
 * @max_pages: never more than this, at least KMEMCGD_SLICE_MIN_PAGES
 */
static inline uint32_t kmemcgd_slice_pages(uint32_t pages, uint32_t used,
					   uint64_t took_ns,
					   uint64_t target_ns,
					   uint32_t max_pages)
{
	uint64_t next = pages;

	if (took_ns > target_ns)
		next = pages / 2;
	else if (took_ns < target_ns / 2 && used >= pages)
		next = (uint64_t)pages + pages / 8;
	if (next > max_pages)
		next = max_pages;
	if (next < KMEMCGD_SLICE_MIN_PAGES)
		next = KMEMCGD_SLICE_MIN_PAGES;
	return (uint32_t)next;
}

#endif
