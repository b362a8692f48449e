/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Watermarks of a memcg: where they are, when to look at it next, and how fast
 * to reclaim. Sizes are pages, rates pages per second.
 *
 * Sources: ratio and scale factor are Alibaba Cloud Linux's memory.wmark_ratio
 * and memory.wmark_scale_factor. That work goes on until the low mark is
 * reached, whatever the charger does meanwhile, is from Kamezawa's per-memcg
 * background reclaim of 2011. The rest is our own.
 */
#ifndef KMEMCGD_WATERMARK_H
#define KMEMCGD_WATERMARK_H

#include "level.h"
#include "types.h"

#define KMEMCGD_WMARK_SCALE_DEFAULT 50
/* The memcg's own swappiness. */
#define KMEMCGD_SWAPPINESS_OWN (-1)

#define KMEMCGD_NS_PER_S (1000ULL * 1000 * 1000)
/* Bounds of the time between two looks. */
#define KMEMCGD_LOOK_MIN_NS (500ULL * 1000)
#define KMEMCGD_LOOK_MAX_NS KMEMCGD_NS_PER_S
/*
 * A fill rate is told from so long at least: shorter than the first it can't be
 * told from the charges' batches, and than the second from a single read or
 * write of a task that then waits.
 */
#define KMEMCGD_RATE_MIN_NS (500ULL * 1000)
#define KMEMCGD_RATE_WINDOW_NS (8ULL * 1000 * 1000)
/* A rate that falls is forgotten with this time constant. */
#define KMEMCGD_RATE_TAU_NS (200ULL * 1000 * 1000)
/* The way to the low mark takes this long at most, if there is time. */
#define KMEMCGD_REACH_LOW_NS (4ULL * 1000 * 1000)
/* A pause that is shorter costs more than it gives. */
#define KMEMCGD_GAP_MIN_NS (50ULL * 1000)
/* A limit that is so near comes before whoever else wants the CPU. */
#define KMEMCGD_PRESSING_NS (1ULL * 1000 * 1000)
/* Pages of one slice: as few as reclaim takes, or cheaper ones by the page. */
#define KMEMCGD_WMARK_SLICE_MIN 32U
#define KMEMCGD_WMARK_SLICE 64U
/* The first pause after a slice that took nothing. */
#define KMEMCGD_RETRY_NS (1ULL * 1000 * 1000)

/**
 * struct kmemcgd_wmark_policy - what was set
 * @ratio: percent of the base, 0 to 100; 0: off, unless there is a headroom
 * @scale_factor: the gap between the marks in 1/10000 of the base, 1 to 1000
 * @high_headroom_bytes: 0, or high is the base less this
 * @low_headroom_bytes: 0, or low is the base less this
 * @swap: whether anonymous memory is swapped out as well
 * @swappiness: 0 to 200, or KMEMCGD_SWAPPINESS_OWN
 */
struct kmemcgd_wmark_policy {
	uint32_t ratio;
	uint32_t scale_factor;
	uint64_t high_headroom_bytes;
	uint64_t low_headroom_bytes;
	uint32_t swap;
	int32_t swappiness;
};

struct kmemcgd_wmarks {
	uint64_t high;
	uint64_t low;	/* < high, always */
};

/**
 * struct kmemcgd_fill - how fast a memcg fills
 * @rate: pages per second
 * @usage: at the last update
 * @reclaimed: since then
 * @last_ns: the time of the last update; 0: none yet
 */
struct kmemcgd_fill {
	uint64_t rate;
	uint64_t usage;
	uint64_t reclaimed;
	uint64_t last_ns;
};

static inline bool kmemcgd_wmark_on(const struct kmemcgd_wmark_policy *policy)
{
	return policy->ratio || policy->high_headroom_bytes;
}

/* value * part / whole for part <= whole <= 10000, without an overflow. */
static inline uint64_t kmemcgd_share(uint64_t value, uint32_t part,
				     uint32_t whole)
{
	return value / whole * part + value % whole * part / whole;
}

static inline uint64_t kmemcgd_less(uint64_t value, uint64_t by)
{
	return value > by ? value - by : 0;
}

static inline uint64_t kmemcgd_min(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/**
 * kmemcgd_wmark_compute - where the marks are
 * @policy: kmemcgd_wmark_on()
 * @base: pages
 * @learned: how much lower both are than was set
 * @page_shift: log2 of the page size
 */
static inline struct kmemcgd_wmarks
kmemcgd_wmark_compute(const struct kmemcgd_wmark_policy *policy, uint64_t base,
		      uint64_t learned, uint32_t page_shift)
{
	struct kmemcgd_wmarks marks;
	uint64_t high, low;

	if (policy->high_headroom_bytes)
		high = kmemcgd_less(base,
				    policy->high_headroom_bytes >> page_shift);
	else
		high = kmemcgd_share(base, policy->ratio, 100);
	if (policy->low_headroom_bytes)
		low = kmemcgd_less(base,
				   policy->low_headroom_bytes >> page_shift);
	else
		low = kmemcgd_less(high, kmemcgd_share(base,
						       policy->scale_factor,
						       10000));
	high = kmemcgd_less(high, learned);
	low = kmemcgd_less(low, learned);
	/* A base of a few pages, or headrooms beyond it. */
	if (high == 0)
		high = 1;
	if (low >= high)
		low = high - 1;
	marks.high = high;
	marks.low = low;
	return marks;
}

/* pages at a rate take so many ns; a rate of 0: @never. */
static inline uint64_t kmemcgd_fill_time_ns(uint64_t pages, uint64_t rate,
					    uint64_t never)
{
	if (!rate || pages / rate >= 3600)
		return never;
	return kmemcgd_min(pages * KMEMCGD_NS_PER_S / rate, never);
}

/* A quarter of the time that is left, so that a rise is seen in time. */
static inline uint64_t kmemcgd_fill_window_ns(uint64_t left_ns)
{
	if (left_ns / 4 < KMEMCGD_RATE_MIN_NS)
		return KMEMCGD_RATE_MIN_NS;
	return kmemcgd_min(left_ns / 4, KMEMCGD_RATE_WINDOW_NS);
}

/*
 * Learns from a look, @window_ns after the one that it learned from before. A
 * higher rate is believed half at once, since the next look depends on it; a lower
 * one with the time constant.
 */
static inline void kmemcgd_fill_update(struct kmemcgd_fill *fill,
				       uint64_t usage, uint64_t now_ns,
				       uint64_t window_ns)
{
	uint64_t elapsed_ns = now_ns - fill->last_ns, seen;

	if (fill->last_ns && elapsed_ns < window_ns)
		return;
	if (fill->last_ns && elapsed_ns < 3600 * KMEMCGD_NS_PER_S) {
		seen = kmemcgd_less(usage + fill->reclaimed, fill->usage);
		seen = kmemcgd_min(seen, 1ULL << 32);
		seen = seen * KMEMCGD_NS_PER_S / elapsed_ns;
		if (seen > fill->rate)
			fill->rate += (seen - fill->rate + 1) / 2;
		else if (elapsed_ns >= KMEMCGD_RATE_TAU_NS)
			fill->rate = seen;
		else
			fill->rate -= (fill->rate - seen) *
				(elapsed_ns >> 10) /
				(KMEMCGD_RATE_TAU_NS >> 10);
	}
	fill->usage = usage;
	fill->reclaimed = 0;
	fill->last_ns = now_ns;
}

/**
 * kmemcgd_look_interval_ns - when to look again at a memcg below its high mark
 * @usage: below @high
 * @high: the mark
 * @rate: how fast it fills
 * @last_ns: the interval before, which is at most doubled: what was quiet for
 *	     long may be left alone for long
 *
 * Return: half of the time that it needs to get there, within the bounds.
 */
static inline uint64_t kmemcgd_look_interval_ns(uint64_t usage, uint64_t high,
						uint64_t rate,
						uint64_t last_ns)
{
	uint64_t ns = kmemcgd_fill_time_ns(kmemcgd_less(high, usage), rate,
					   2 * KMEMCGD_LOOK_MAX_NS) / 2;

	ns = kmemcgd_min(ns, 2 * last_ns);
	ns = kmemcgd_min(ns, KMEMCGD_LOOK_MAX_NS);
	return ns < KMEMCGD_LOOK_MIN_NS ? KMEMCGD_LOOK_MIN_NS : ns;
}

/**
 * kmemcgd_gap_ns - how long to wait between two slices of reclaim
 * @usage: above the low mark
 * @low: the mark
 * @base: the limit
 * @rate: how fast it fills
 * @slice_pages: what the last slice took
 * @slice_ns: how long it took
 *
 * Reclaim takes the memcg's LRU lock, which who fills it needs as well. So the
 * slices are spread over a quarter of the time until the limit, instead of
 * being done in a row.
 */
static inline uint64_t kmemcgd_gap_ns(uint64_t usage, uint64_t low,
				      uint64_t base, uint64_t rate,
				      uint64_t slice_pages, uint64_t slice_ns)
{
	uint64_t within_ns, pages, each_ns;

	within_ns = kmemcgd_fill_time_ns(kmemcgd_less(base, usage), rate,
					 4 * KMEMCGD_REACH_LOW_NS) / 4;
	if (!slice_pages || within_ns <= slice_ns)
		return 0;
	/* What is there now, and what will come meanwhile. */
	pages = kmemcgd_less(usage, low) +
		kmemcgd_min(rate, 1ULL << 32) * within_ns / KMEMCGD_NS_PER_S;
	each_ns = within_ns * slice_pages / (pages ? pages : 1);
	each_ns = kmemcgd_less(kmemcgd_min(each_ns, within_ns), slice_ns);
	return each_ns < KMEMCGD_GAP_MIN_NS ? 0 : each_ns;
}

/**
 * kmemcgd_wmark_slice_pages - how much one call of reclaim is asked for
 * @usage: above the low mark
 * @low: the mark
 * @left_ns: until the limit
 * @crowded: whether somebody else waits for the CPU
 *
 * A larger call costs less for each page, and is a longer wait for others.
 */
static inline uint32_t kmemcgd_wmark_slice_pages(uint64_t usage, uint64_t low,
						 uint64_t left_ns,
						 bool crowded)
{
	uint32_t pages = KMEMCGD_WMARK_SLICE;

	if (left_ns < KMEMCGD_PRESSING_NS)
		pages *= 4;
	else if (crowded)
		pages = KMEMCGD_WMARK_SLICE_MIN;
	return (uint32_t)kmemcgd_min(pages, kmemcgd_less(usage, low));
}

/* After so many slices in a row that took nothing: twice as long each time. */
static inline uint64_t kmemcgd_retry_ns(uint32_t failures, uint32_t max_shift)
{
	uint32_t shift = failures ? failures - 1 : 0;

	return KMEMCGD_RETRY_NS << (shift < max_shift ? shift : max_shift);
}

/* A limit was hit: the marks go down by 1/64 of the base, then by twice that. */
static inline uint64_t kmemcgd_learn(uint64_t learned, uint64_t base,
				     uint32_t max_permille)
{
	uint64_t max = kmemcgd_share(base, max_permille, 1000);

	return kmemcgd_min(learned ? 2 * learned : base / 64 + 1, max);
}

/* A second went by without: a sixteenth of it is forgotten. */
static inline uint64_t kmemcgd_forget(uint64_t learned)
{
	return learned - (learned + 15) / 16;
}

#endif
