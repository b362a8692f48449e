/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Exponential backoff per zombie.
 *
 * The delay doubles with each visit that did not free it, from min to max.
 * Two pins go by a clock of their own, so they are looked at again in short
 * equal steps for as long as that clock can run: dirty pages are written
 * after the kernel's dirty_expire interval (30 s by default), journal buffers
 * let go with a commit after that.
 */
#ifndef KMEMCGD_BACKOFF_H
#define KMEMCGD_BACKOFF_H

#include "types.h"

/* How many visits a zombie whose pin goes by a clock has before it doubles. */
#define KMEMCGD_BACKOFF_CLOCK_TRIES 16

/**
 * kmemcgd_backoff_ms - the time until the next visit
 * @tries: visits so far that did not free it, counts from 1
 * @clocked: whether the pin goes by a clock (dirty, journal)
 * @min_ms: the shortest delay
 * @max_ms: the longest; below @min_ms it counts as @min_ms
 */
static inline uint64_t kmemcgd_backoff_ms(uint32_t tries, bool clocked,
					  uint32_t min_ms, uint32_t max_ms)
{
	uint32_t doublings = tries ? tries - 1 : 0;
	uint64_t delay_ms;

	if (max_ms < min_ms)
		max_ms = min_ms;
	if (clocked)
		doublings = doublings < KMEMCGD_BACKOFF_CLOCK_TRIES ?
			0 : doublings - KMEMCGD_BACKOFF_CLOCK_TRIES;
	/* 2^31 ms are beyond any max_ms that a u32 can hold. */
	if (doublings > 31)
		return max_ms;
	delay_ms = (uint64_t)min_ms << doublings;
	return delay_ms < max_ms ? delay_ms : max_ms;
}

#endif
