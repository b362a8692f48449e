// SPDX-License-Identifier: GPL-2.0
/*
 * An xarray by cgroup id, whose lock also guards a queue by due time, as in
 * states.c; here entries are taken out of the queue while they are worked on.
 * The lock is taken in tracepoint probes, with interrupts off.
 */
#include <linux/ktime.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/timerqueue.h>
#include <linux/xarray.h>

#include "policies.h"
#include "source.h"
#include "watches.h"

struct entry {
	struct timerqueue_node due;
	struct kmemcgd_watch watch;
	u64 nudged_ns;		/* while it was taken; 0: it was not */
	u64 taken;		/* which taking it is out with; 0: it is not */
	bool changed;		/* got another policy meanwhile */
	struct rcu_head rcu;
};

static DEFINE_XARRAY_FLAGS(table, XA_FLAGS_LOCK_IRQ);
static struct timerqueue_head queue;
static u32 count;
static u64 takings;

void kmemcgd_watches_init(void)
{
	timerqueue_init_head(&queue);
}

void kmemcgd_watches_exit(void)
{
	struct entry *entry;
	unsigned long id;

	xa_for_each(&table, id, entry)
		kmemcgd_watches_remove(id);
	xa_destroy(&table);
}

static void enqueue(struct entry *entry, u64 due_ns)
{
	entry->watch.due_ns = due_ns;
	entry->due.expires = ns_to_ktime(due_ns);
	timerqueue_add(&queue, &entry->due);
}

/* Under the lock: another policy counts from now on. */
static void start_over(struct entry *entry)
{
	entry->watch.state = KMEMCGD_WATCH_BELOW;
	entry->watch.failures = 0;
	enqueue(entry, ktime_get_ns());
}

/* Under the lock. */
static void set_policy(struct entry *entry, u64 policy_id,
		       const struct kmemcgd_wmark_policy *policy)
{
	bool same = entry->watch.policy_id == policy_id &&
		    !memcmp(&entry->watch.policy, policy, sizeof(*policy));

	if (same)
		return;
	entry->watch.policy_id = policy_id;
	entry->watch.policy = *policy;
	if (entry->taken) {
		entry->changed = true;
		return;
	}
	timerqueue_del(&queue, &entry->due);
	start_over(entry);
}

static struct entry *make(u64 cgroup_id, int css_id, u64 policy_id,
			  const struct kmemcgd_wmark_policy *policy)
{
	struct entry *entry = kzalloc(sizeof(*entry), GFP_KERNEL);

	if (!entry)
		return NULL;
	timerqueue_init(&entry->due);
	entry->watch.cgroup_id = cgroup_id;
	entry->watch.css_id = css_id;
	entry->watch.policy_id = policy_id;
	entry->watch.policy = *policy;
	entry->watch.state = KMEMCGD_WATCH_BELOW;
	entry->watch.interval_ns = KMEMCGD_LOOK_MIN_NS;
	return entry;
}

int kmemcgd_watches_add(u64 cgroup_id, int css_id,
			const struct kmemcgd_wmark_policy *policy,
			u64 policy_id, u32 generation, u32 max)
{
	struct entry *entry, *fresh = NULL;
	int err = 0;

	if (!kmemcgd_watches_has(cgroup_id)) {
		fresh = make(cgroup_id, css_id, policy_id, policy);
		if (!fresh)
			return -ENOMEM;
	}
	xa_lock_irq(&table);
	entry = xa_load(&table, cgroup_id);
	if (generation != kmemcgd_policies_generation()) {
		err = -EAGAIN;
	} else if (entry) {
		set_policy(entry, policy_id, policy);
	} else if (!fresh) {
		err = -EAGAIN;
	} else if (count >= max) {
		err = -ENOSPC;
	} else {
		/* May drop the lock to allocate: nobody else inserts this id. */
		err = __xa_insert(&table, cgroup_id, fresh, GFP_KERNEL);
		if (!err && generation != kmemcgd_policies_generation()) {
			__xa_erase(&table, cgroup_id);
			err = -EAGAIN;
		}
		if (!err) {
			enqueue(fresh, ktime_get_ns());
			WRITE_ONCE(count, count + 1);
			fresh = NULL;
		}
	}
	xa_unlock_irq(&table);
	kfree(fresh);
	return err == -EBUSY ? -EAGAIN : err;
}

bool kmemcgd_watches_remove(u64 cgroup_id)
{
	struct entry *entry;
	unsigned long flags;

	xa_lock_irqsave(&table, flags);
	entry = __xa_erase(&table, cgroup_id);
	if (entry) {
		if (!entry->taken)
			timerqueue_del(&queue, &entry->due);
		WRITE_ONCE(count, count - 1);
	}
	xa_unlock_irqrestore(&table, flags);
	/* Probes run with interrupts off: not the place to free memory. */
	if (entry)
		kfree_rcu(entry, rcu);
	return entry;
}

bool kmemcgd_watches_has(u64 cgroup_id)
{
	bool has;

	rcu_read_lock();
	has = xa_load(&table, cgroup_id);
	rcu_read_unlock();
	return has;
}

bool kmemcgd_watches_nudge(u64 cgroup_id, u64 by_ns)
{
	struct entry *entry;
	unsigned long flags;
	bool changed = false;

	if (!kmemcgd_watches_has(cgroup_id))
		return false;
	xa_lock_irqsave(&table, flags);
	entry = xa_load(&table, cgroup_id);
	if (entry && entry->taken) {
		entry->nudged_ns = by_ns;
	} else if (entry && entry->watch.due_ns > by_ns &&
		   !kmemcgd_watch_backed_off(&entry->watch)) {
		timerqueue_del(&queue, &entry->due);
		entry->watch.interval_ns = KMEMCGD_LOOK_MIN_NS;
		enqueue(entry, by_ns);
		changed = true;
	}
	xa_unlock_irqrestore(&table, flags);
	return changed;
}

u64 kmemcgd_watches_first(u32 *level, bool *pressing)
{
	struct timerqueue_node *node;
	u64 due_ns = KMEMCGD_NEVER;
	unsigned long flags;

	if (!READ_ONCE(count))
		return KMEMCGD_NEVER;
	xa_lock_irqsave(&table, flags);
	node = timerqueue_getnext(&queue);
	if (node) {
		struct entry *entry = container_of(node, struct entry, due);

		due_ns = entry->watch.due_ns;
		*level = entry->watch.urge.level;
		*pressing = entry->watch.pressing;
	}
	xa_unlock_irqrestore(&table, flags);
	return due_ns;
}

bool kmemcgd_watches_take(u64 now_ns, struct kmemcgd_watch *watch)
{
	struct timerqueue_node *node;
	struct entry *entry = NULL;
	unsigned long flags;

	xa_lock_irqsave(&table, flags);
	node = timerqueue_getnext(&queue);
	if (node)
		entry = container_of(node, struct entry, due);
	if (entry && entry->watch.due_ns <= now_ns) {
		timerqueue_del(&queue, &entry->due);
		entry->taken = ++takings;
		entry->nudged_ns = 0;
		*watch = entry->watch;
		watch->taking = entry->taken;
	} else {
		entry = NULL;
	}
	xa_unlock_irqrestore(&table, flags);
	return entry;
}

void kmemcgd_watches_return(const struct kmemcgd_watch *watch)
{
	struct kmemcgd_wmark_policy policy;
	u64 policy_id, due_ns = watch->due_ns;
	struct entry *entry;
	unsigned long flags;

	xa_lock_irqsave(&table, flags);
	entry = xa_load(&table, watch->cgroup_id);
	/* It may be a later one of the same cgroup. */
	if (entry && entry->taken == watch->taking) {
		policy = entry->watch.policy;
		policy_id = entry->watch.policy_id;
		entry->watch = *watch;
		entry->watch.policy = policy;
		entry->watch.policy_id = policy_id;
		entry->taken = 0;
		if (entry->nudged_ns && !kmemcgd_watch_backed_off(watch))
			due_ns = min(entry->nudged_ns, due_ns);
		if (entry->changed)
			start_over(entry);
		else
			enqueue(entry, due_ns);
		entry->changed = false;
	}
	xa_unlock_irqrestore(&table, flags);
}

bool kmemcgd_watches_get(u64 cgroup_id, struct kmemcgd_watch *watch)
{
	return kmemcgd_watches_next(cgroup_id, watch) &&
	       watch->cgroup_id == cgroup_id;
}

bool kmemcgd_watches_next(u64 id, struct kmemcgd_watch *watch)
{
	unsigned long index = id, flags;
	struct entry *entry;

	xa_lock_irqsave(&table, flags);
	entry = xa_find(&table, &index, ULONG_MAX, XA_PRESENT);
	if (entry)
		*watch = entry->watch;
	xa_unlock_irqrestore(&table, flags);
	return entry;
}

u32 kmemcgd_watches_count(void)
{
	return READ_ONCE(count);
}
