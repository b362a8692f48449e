/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Node pressure: how much memory is to stay free, and who gives some first.
 * Sizes are pages.
 *
 * Sources: the order, lowest class first and within it whoever uses most beyond
 * a request, is that of the kubelet's evictions under node pressure (there:
 * priority, then usage relative to requests); here reclaim takes their place.
 * That what is protected counts before the order does is from memory.low.
 */
#ifndef KMEMCGD_PRESSURE_H
#define KMEMCGD_PRESSURE_H

#include "types.h"
#include "watermark.h"

/* One that is over by less than this is within: reclaim takes 32 at least. */
#define KMEMCGD_OVER_MIN 64U
/* A memcg is the one to give for so many pages, then the order is told anew. */
#define KMEMCGD_TURN_PAGES 1024U

/**
 * struct kmemcgd_keep_free - what was set
 * @mb: MiB of the whole host; 0: off
 * @permille: of each node's memory, up to 500; 0: off; the larger one counts
 * @gap_percent: of that, up to 400
 */
struct kmemcgd_keep_free {
	uint32_t mb;
	uint32_t permille;
	uint32_t gap_percent;
};

/* Pages of a node's margin: below the first it is tight, up to the second. */
struct kmemcgd_margins {
	uint64_t threshold;
	uint64_t goal;	/* > threshold */
};

/**
 * struct kmemcgd_qos - what was set for a memcg
 * @rank: the lowest gives first
 * @request_ratio: percent of its limit, 0 to 100
 * @swap: whether anonymous memory is swapped out as well
 * @request_bytes: the larger of both requests counts
 */
struct kmemcgd_qos {
	uint32_t rank;
	uint32_t request_ratio;
	uint32_t swap;
	uint64_t request_bytes;
};

static inline uint64_t kmemcgd_max(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/**
 * kmemcgd_margins_compute - what a node has to keep free
 * @keep: what was set
 * @node: its pages
 * @host: of all nodes
 * @page_shift: log2 of the page size
 *
 * A size is shared among the nodes by their own. Half of a node at most, since
 * what is beyond could never be had.
 *
 * Return: a threshold of 0: off
 */
static inline struct kmemcgd_margins
kmemcgd_margins_compute(const struct kmemcgd_keep_free *keep, uint64_t node,
			uint64_t host, uint32_t page_shift)
{
	uint32_t to_mb = 20 - page_shift;
	struct kmemcgd_margins margins;
	uint64_t host_mb = kmemcgd_max(host >> to_mb, 1);

	margins.threshold = kmemcgd_max(((uint64_t)keep->mb << to_mb) *
						(node >> to_mb) / host_mb,
					kmemcgd_share(node, keep->permille, 1000));
	margins.threshold = kmemcgd_min(margins.threshold, node / 2);
	margins.goal = margins.threshold +
		       kmemcgd_max(margins.threshold * keep->gap_percent / 100, 1);
	return margins;
}

/**
 * kmemcgd_safe_pages - what is left to a memcg
 * @qos: what was set
 * @limit: U64_MAX: none, and then no share of it either
 * @low: memory.low and memory.min, the larger one
 */
static inline uint64_t kmemcgd_safe_pages(const struct kmemcgd_qos *qos,
					  uint64_t limit, uint64_t low,
					  uint32_t page_shift)
{
	uint64_t pages = kmemcgd_max(qos->request_bytes >> page_shift, low);

	if (limit == ~0ULL)
		return pages;
	return kmemcgd_max(pages, kmemcgd_share(limit, qos->request_ratio, 100));
}

/* In 1/1000 of what is protected, or of one page where nothing is. */
static inline uint64_t kmemcgd_overuse_permille(uint64_t usage,
						uint64_t safe)
{
	uint64_t over = kmemcgd_min(kmemcgd_less(usage, safe), 1ULL << 52);

	return over * 1000 / kmemcgd_max(safe, 1);
}

/*
 * The level that a margin calls for while memory is taken. kswapd, which has to
 * do it otherwise, has the highest one.
 */
static inline uint32_t kmemcgd_margin_level(uint64_t margin, uint64_t threshold)
{
	if (margin >= threshold)
		return 1;
	return margin >= threshold / 2 ? 2 : KMEMCGD_LEVEL_MAX;
}

/* Likewise, of a thread that got its turn late: as late again would be too late. */
static inline uint32_t kmemcgd_node_late_level(uint64_t left_ns, uint64_t late_ns)
{
	if (late_ns < KMEMCGD_LATE_NS || left_ns / 16 >= late_ns)
		return 0;
	return left_ns / 4 < late_ns ? KMEMCGD_LEVEL_MAX : KMEMCGD_LATE_LEVEL;
}

/* Whether the first gives before the second does. */
static inline bool kmemcgd_gives_before(uint32_t first_class, uint64_t first_overuse,
					uint32_t second_class, uint64_t second_overuse)
{
	if (first_class != second_class)
		return first_class < second_class;
	return first_overuse > second_overuse;
}

#endif
