// SPDX-License-Identifier: GPL-2.0
/*
 * An xarray by cgroup id. Its lock guards the entries and is taken in tracepoint
 * probes, with interrupts off.
 */
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/xarray.h>

#include "qos.h"

struct entry {
	struct kmemcgd_member member;
	u32 below_generation;	/* of the search that found one below it */
	struct rcu_head rcu;
};

static DEFINE_XARRAY_FLAGS(table, XA_FLAGS_LOCK_IRQ);
static u32 count;
static u32 class_count[KMEMCGD_CLASS_MAX + 1];
static u32 generation;

/* One search at a time. */
static DEFINE_MUTEX(search_lock);
static u32 searched_generation;		/* of the last search; 0: none */

/* Under the lock. */
static void changed(u32 class, int by)
{
	WRITE_ONCE(count, count + by);
	WRITE_ONCE(class_count[class], class_count[class] + by);
	WRITE_ONCE(generation, generation + 1);
}

static struct entry *make(u64 cgroup_id, int css_id)
{
	struct entry *entry = kzalloc(sizeof(*entry), GFP_KERNEL);

	if (entry) {
		entry->member.cgroup_id = cgroup_id;
		entry->member.css_id = css_id;
	}
	return entry;
}

/* Under the lock. What it was before does not tell what it gives from now on. */
static void set(struct entry *entry, const struct kmemcgd_qos *qos)
{
	entry->member.qos = *qos;
	entry->member.failures = 0;
	entry->member.stuck_until_ns = 0;
}

int kmemcgd_qos_set(u64 cgroup_id, int css_id, const struct kmemcgd_qos *qos,
		    u32 max)
{
	struct entry *entry, *fresh = NULL;
	int err = 0;

	if (!kmemcgd_qos_has(cgroup_id)) {
		fresh = make(cgroup_id, css_id);
		if (!fresh)
			return -ENOMEM;
	}
	xa_lock_irq(&table);
	entry = xa_load(&table, cgroup_id);
	if (entry) {
		changed(entry->member.qos.rank, -1);
		set(entry, qos);
		changed(qos->rank, 1);
	} else if (!fresh || count >= max) {
		/* Without a fresh one: it was removed just now. */
		err = fresh ? -ENOSPC : -ENOENT;
	} else {
		err = __xa_insert(&table, cgroup_id, fresh, GFP_KERNEL);
		if (!err) {
			set(fresh, qos);
			changed(qos->rank, 1);
			fresh = NULL;
		}
	}
	xa_unlock_irq(&table);
	kfree(fresh);
	return err;
}

bool kmemcgd_qos_delete(u64 cgroup_id)
{
	struct entry *entry;
	unsigned long flags;

	if (!kmemcgd_qos_has(cgroup_id))
		return false;
	xa_lock_irqsave(&table, flags);
	entry = __xa_erase(&table, cgroup_id);
	if (entry)
		changed(entry->member.qos.rank, -1);
	xa_unlock_irqrestore(&table, flags);
	/* Probes run with interrupts off: not the place to free memory. */
	if (entry)
		kfree_rcu(entry, rcu);
	return entry;
}

void kmemcgd_qos_exit(void)
{
	struct entry *entry;
	unsigned long id;

	xa_for_each(&table, id, entry)
		kmemcgd_qos_delete(id);
	xa_destroy(&table);
}

bool kmemcgd_qos_get(u64 cgroup_id, struct kmemcgd_member *member)
{
	return kmemcgd_qos_next(cgroup_id, member) &&
	       member->cgroup_id == cgroup_id;
}

bool kmemcgd_qos_next(u64 id, struct kmemcgd_member *member)
{
	unsigned long index = id, flags;
	struct entry *entry;
	u32 below;

	xa_lock_irqsave(&table, flags);
	entry = xa_find(&table, &index, ULONG_MAX, XA_PRESENT);
	if (entry) {
		*member = entry->member;
		below = READ_ONCE(entry->below_generation);
		member->has_below = below &&
				    below == READ_ONCE(searched_generation);
	}
	xa_unlock_irqrestore(&table, flags);
	return entry;
}

bool kmemcgd_qos_has(u64 cgroup_id)
{
	bool has;

	rcu_read_lock();
	has = xa_load(&table, cgroup_id);
	rcu_read_unlock();
	return has;
}

u32 kmemcgd_qos_count(void)
{
	return READ_ONCE(count);
}

u32 kmemcgd_qos_count_class(u32 class)
{
	return READ_ONCE(class_count[class]);
}

u32 kmemcgd_qos_generation(void)
{
	return READ_ONCE(generation);
}

void kmemcgd_qos_update(const struct kmemcgd_member *member)
{
	struct entry *entry;
	unsigned long flags;

	xa_lock_irqsave(&table, flags);
	entry = xa_load(&table, member->cgroup_id);
	if (entry) {
		entry->member.failures = member->failures;
		entry->member.stuck_until_ns = member->stuck_until_ns;
		entry->member.reclaimed_pages = member->reclaimed_pages;
		entry->member.cpu_ns = member->cpu_ns;
	}
	xa_unlock_irqrestore(&table, flags);
}

/* Under RCU. */
static void found_below(u64 cgroup_id, u32 search)
{
	struct entry *entry = xa_load(&table, cgroup_id);

	if (entry)
		WRITE_ONCE(entry->below_generation, search);
}

static void tell_ancestors(const struct kmemcgd_member *member, u32 search)
{
	struct cgroup_subsys_state *css;
	struct mem_cgroup *memcg;

	rcu_read_lock();
	memcg = kmemcgd_memcg_online(member->css_id, member->cgroup_id);
	for (css = memcg ? memcg->css.parent : NULL; css && css->parent;
	     css = css->parent)
		found_below(cgroup_id(css->cgroup), search);
	rcu_read_unlock();
}

void kmemcgd_qos_find_below(void)
{
	struct kmemcgd_member member;
	u32 search;
	u64 id = 0;

	mutex_lock(&search_lock);
	search = kmemcgd_qos_generation();
	while (search != searched_generation && kmemcgd_qos_next(id, &member)) {
		tell_ancestors(&member, search);
		id = member.cgroup_id + 1;
		cond_resched();
	}
	WRITE_ONCE(searched_generation, search);
	mutex_unlock(&search_lock);
}
