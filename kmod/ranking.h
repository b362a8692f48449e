/* SPDX-License-Identifier: GPL-2.0 */
/* Which memcg with a class gives memory first. */
#ifndef KMEMCGD_RANKING_H
#define KMEMCGD_RANKING_H

#include <linux/types.h>

/**
 * struct kmemcgd_ranked - the first to give
 * @cgroup_id: of its cgroup; 0: nobody has any to give
 * @css_id: of it
 * @rank: its class
 * @overuse_permille: see kmemcgd_overuse_permille()
 * @next_overuse: likewise, of the next one of its class; 0: there is none
 */
struct kmemcgd_ranked {
	u64 cgroup_id;
	int css_id;
	u32 rank;
	u64 overuse_permille;
	u64 next_overuse;
};

/**
 * kmemcgd_ranking_step - go on looking for the first to give
 * @now_ns: those that are stuck beyond it are left out
 * @first: set when the search has ended
 *
 * Context: may sleep; one thread only.
 * Return: whether the search has ended; the next call begins a new one.
 */
bool kmemcgd_ranking_step(u64 now_ns, struct kmemcgd_ranked *first);

#endif
