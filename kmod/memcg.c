// SPDX-License-Identifier: GPL-2.0
/*
 * Walking the memcgs of the host.
 *
 * The kernel keeps every css of a controller in an idr until it is released,
 * offline or not. Going through that idr by id instead of through the tree
 * makes a cursor an integer: nothing has to be held between two slices, and
 * resuming costs a lookup, however many memcgs there are.
 */
#include <linux/idr.h>
#include <linux/nodemask.h>
#include <linux/page_counter.h>
#include <linux/sched.h>

#include "compat/folio.h"
#include "memcg.h"

/* How many memcgs are looked at between two chances to reschedule. */
#define FIND_BATCH 1024

unsigned int kmemcgd_memcg_cgroup_version(void)
{
	return READ_ONCE(memory_cgrp_subsys.root) == &cgrp_dfl_root ? 2 : 1;
}

struct mem_cgroup *kmemcgd_memcg_next(int *css_id)
{
	struct cgroup_subsys_state *css;

	css = idr_get_next(&memory_cgrp_subsys.css_idr, css_id);
	return css ? mem_cgroup_from_css(css) : NULL;
}

/* Under RCU: the memcg with this css id, if it is that of this cgroup. */
static struct mem_cgroup *lookup(int css_id, u64 cgroup_id)
{
	struct cgroup_subsys_state *css;
	struct mem_cgroup *memcg;

	css = idr_find(&memory_cgrp_subsys.css_idr, css_id);
	if (!css)
		return NULL;
	memcg = mem_cgroup_from_css(css);
	return kmemcgd_memcg_id(memcg) == cgroup_id ? memcg : NULL;
}

struct mem_cgroup *kmemcgd_memcg_get_zombie(int css_id, u64 cgroup_id)
{
	struct mem_cgroup *memcg;

	rcu_read_lock();
	memcg = lookup(css_id, cgroup_id);
	if (memcg && (!kmemcgd_memcg_is_zombie(memcg) ||
		      !css_tryget(&memcg->css)))
		memcg = NULL;
	rcu_read_unlock();
	return memcg;
}

struct mem_cgroup *kmemcgd_memcg_online(int css_id, u64 cgroup_id)
{
	struct mem_cgroup *memcg = lookup(css_id, cgroup_id);
	unsigned int flags;

	if (!memcg)
		return NULL;
	flags = READ_ONCE(memcg->css.flags);
	return (flags & (CSS_ONLINE | CSS_DYING)) == CSS_ONLINE ? memcg : NULL;
}

u64 kmemcgd_memcg_refaults(struct mem_cgroup *memcg)
{
	u64 refaults = 0;
	int nid;

	for_each_node_state(nid, N_MEMORY)
		refaults += READ_ONCE(memcg->nodeinfo[nid]->lruvec.refaults[1]);
	return refaults;
}

bool kmemcgd_memcg_id_is_online(int css_id, u64 cgroup_id)
{
	bool online;

	rcu_read_lock();
	online = kmemcgd_memcg_online(css_id, cgroup_id);
	rcu_read_unlock();
	return online;
}

bool kmemcgd_memcg_id_is_going(int css_id, u64 cgroup_id)
{
	struct mem_cgroup *memcg;
	bool going;

	rcu_read_lock();
	memcg = lookup(css_id, cgroup_id);
	going = memcg && kmemcgd_memcg_is_going(memcg);
	rcu_read_unlock();
	return going;
}

struct mem_cgroup *kmemcgd_memcg_find(u64 cgroup_id, int *css_id)
{
	struct mem_cgroup *memcg;
	bool found = false;
	int batch;

	*css_id = 1;
	do {
		rcu_read_lock();
		for (batch = 0; batch < FIND_BATCH; batch++, ++*css_id) {
			memcg = kmemcgd_memcg_next(css_id);
			if (!memcg)
				break;
			found = kmemcgd_memcg_id(memcg) == cgroup_id &&
				css_tryget(&memcg->css);
			if (found)
				break;
		}
		rcu_read_unlock();
		cond_resched();
	} while (memcg && !found);
	return found ? memcg : NULL;
}

void kmemcgd_memcg_read_usage(struct mem_cgroup *memcg,
			      struct kmemcgd_memcg_usage *usage)
{
	int nid, zone, zones;

	usage->memory_pages = page_counter_read(&memcg->memory);
	usage->file_pages = 0;
	usage->anon_pages = 0;
	usage->unevictable_pages = 0;
	if (kmemcgd_memcg_cgroup_version() == 2) {
		usage->swap_pages = page_counter_read(&memcg->swap);
	} else {
		u64 memsw = page_counter_read(&memcg->memsw);

		/* The two are not read at once. */
		usage->swap_pages = memsw > usage->memory_pages ?
			memsw - usage->memory_pages : 0;
	}
	for_each_node_state(nid, N_MEMORY) {
		struct mem_cgroup_per_node *node = memcg->nodeinfo[nid];

		usage->file_pages += kmemcgd_lru_pages(memcg, nid, true);
		usage->anon_pages += kmemcgd_lru_pages(memcg, nid, false);
		zones = READ_ONCE(NODE_DATA(nid)->nr_zones);
		for (zone = 0; zone < zones; zone++)
			usage->unevictable_pages +=
				READ_ONCE(node->lru_zone_size[zone][LRU_UNEVICTABLE]);
	}
}
