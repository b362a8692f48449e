/* SPDX-License-Identifier: GPL-2.0 */
/* How much memory is free. */
#ifndef KMEMCGD_NODE_H
#define KMEMCGD_NODE_H

#include <linux/types.h>

#include <kmemcgd/pressure.h>

/**
 * struct kmemcgd_node - a NUMA node
 * @id: which
 * @pages: that the page allocator has
 * @margin: of those, free ones above the low watermarks
 * @margins: what it should be
 */
struct kmemcgd_node {
	int id;
	u64 pages;
	u64 margin;
	struct kmemcgd_margins margins;
};

/**
 * kmemcgd_node_tightest - the node that is nearest to its threshold, or below
 * @keep: what each should keep free
 *
 * Context: any; no locks.
 */
struct kmemcgd_node kmemcgd_node_tightest(const struct kmemcgd_keep_free *keep);

#endif
