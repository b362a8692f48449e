// SPDX-License-Identifier: GPL-2.0
/*
 * An xarray by cgroup id, with the host's default at 0. Entries are never
 * changed, only replaced, so that readers need RCU and no lock. Its lock is
 * taken in tracepoint probes, with interrupts off.
 */
#include <linux/cgroup.h>
#include <linux/memcontrol.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/xarray.h>

#include "memcg.h"
#include "policies.h"

struct entry {
	struct kmemcgd_wmark_policy policy;
	int css_id;
	struct rcu_head rcu;
};

static DEFINE_XARRAY_FLAGS(table, XA_FLAGS_LOCK_IRQ);
static u32 count;
static u32 generation;

static void changed(int by)
{
	WRITE_ONCE(count, count + by);
	WRITE_ONCE(generation, generation + 1);
}

int kmemcgd_policies_set(u64 id, int css_id,
			 const struct kmemcgd_wmark_policy *policy, u32 max)
{
	struct entry *entry, *old = NULL;
	int err = 0;

	entry = kmalloc(sizeof(*entry), GFP_KERNEL);
	if (!entry)
		return -ENOMEM;
	entry->policy = *policy;
	entry->css_id = css_id;

	xa_lock_irq(&table);
	if (count >= max && !xa_load(&table, id))
		err = -ENOSPC;
	else
		old = __xa_store(&table, id, entry, GFP_KERNEL);
	if (xa_is_err(old)) {
		err = xa_err(old);
		old = NULL;
	}
	if (!err)
		changed(old ? 0 : 1);
	xa_unlock_irq(&table);
	if (err)
		kfree(entry);
	if (old)
		kfree_rcu(old, rcu);
	return err;
}

bool kmemcgd_policies_delete(u64 id)
{
	struct entry *entry;
	unsigned long flags;

	xa_lock_irqsave(&table, flags);
	entry = __xa_erase(&table, id);
	if (entry)
		changed(-1);
	xa_unlock_irqrestore(&table, flags);
	/* Probes run with interrupts off: not the place to free memory. */
	if (entry)
		kfree_rcu(entry, rcu);
	return entry;
}

void kmemcgd_policies_exit(void)
{
	struct entry *entry;
	unsigned long id;

	xa_for_each(&table, id, entry)
		kmemcgd_policies_delete(id);
	xa_destroy(&table);
}

bool kmemcgd_policies_get(u64 id, struct kmemcgd_wmark_policy *policy)
{
	struct entry *entry;

	rcu_read_lock();
	entry = xa_load(&table, id);
	if (entry)
		*policy = entry->policy;
	rcu_read_unlock();
	return entry;
}

bool kmemcgd_policies_next(u64 *id, int *css_id,
			   struct kmemcgd_wmark_policy *policy)
{
	unsigned long index = *id;
	struct entry *entry;

	rcu_read_lock();
	entry = xa_find(&table, &index, ULONG_MAX, XA_PRESENT);
	if (entry) {
		*policy = entry->policy;
		*css_id = entry->css_id;
	}
	rcu_read_unlock();
	*id = index;
	return entry;
}

bool kmemcgd_policies_any(void)
{
	return READ_ONCE(count);
}

u32 kmemcgd_policies_generation(void)
{
	return READ_ONCE(generation);
}

bool kmemcgd_policies_effective(struct mem_cgroup *memcg,
				struct kmemcgd_wmark_policy *policy, u64 *id)
{
	struct cgroup_subsys_state *css = &memcg->css;

	if (!css->parent)
		return false;
	for (; css->parent; css = css->parent) {
		*id = cgroup_id(css->cgroup);
		if (kmemcgd_policies_get(*id, policy))
			return kmemcgd_wmark_on(policy);
	}
	*id = KMEMCGD_POLICY_DEFAULT;
	return kmemcgd_policies_get(*id, policy) && kmemcgd_wmark_on(policy);
}
