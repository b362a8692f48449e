// SPDX-License-Identifier: GPL-2.0
/*
 * An xarray by cgroup id, whose lock also guards a queue by due time. The
 * lock is taken in tracepoint probes, with interrupts off.
 */
#include <linux/build_bug.h>
#include <linux/ktime.h>
#include <linux/slab.h>
#include <linux/timerqueue.h>
#include <linux/xarray.h>

#include "states.h"

struct entry {
	struct timerqueue_node due;
	struct kmemcgd_state state;
	struct rcu_head rcu;
};

static_assert(sizeof(struct entry) <= 128, "state of a zombie is too large");

static DEFINE_XARRAY_FLAGS(table, XA_FLAGS_LOCK_IRQ);
static struct timerqueue_head queue;
static u32 count;
static u32 count_by_pin[KMEMCGD_PIN_MAX + 1];

void kmemcgd_states_init(void)
{
	timerqueue_init_head(&queue);
}

void kmemcgd_states_exit(void)
{
	struct entry *entry;
	unsigned long id;

	xa_for_each(&table, id, entry)
		kmemcgd_states_remove(id);
	xa_destroy(&table);
}

/* Under the lock: takes over the new state and queues it by its time. */
static void enqueue(struct entry *entry, const struct kmemcgd_state *state)
{
	entry->state = *state;
	entry->due.expires = ns_to_ktime(state->due_ns);
	timerqueue_add(&queue, &entry->due);
	WRITE_ONCE(count_by_pin[state->pin], count_by_pin[state->pin] + 1);
}

static void dequeue(struct entry *entry)
{
	u8 pin = entry->state.pin;

	timerqueue_del(&queue, &entry->due);
	WRITE_ONCE(count_by_pin[pin], count_by_pin[pin] - 1);
}

static int add(const struct kmemcgd_state *state, u32 max)
{
	struct entry *entry;
	int err;

	if (READ_ONCE(count) >= max)
		return -ENOSPC;
	entry = kzalloc(sizeof(*entry), GFP_KERNEL);
	if (!entry)
		return -ENOMEM;
	timerqueue_init(&entry->due);

	xa_lock_irq(&table);
	err = __xa_insert(&table, state->cgroup_id, entry, GFP_KERNEL);
	if (!err) {
		enqueue(entry, state);
		WRITE_ONCE(count, count + 1);
	}
	xa_unlock_irq(&table);
	if (err)
		kfree(entry);
	return err;
}

int kmemcgd_states_put(const struct kmemcgd_state *state, u32 max)
{
	struct entry *entry;

	xa_lock_irq(&table);
	entry = xa_load(&table, state->cgroup_id);
	if (entry) {
		dequeue(entry);
		enqueue(entry, state);
	}
	xa_unlock_irq(&table);
	return entry ? 0 : add(state, max);
}

bool kmemcgd_states_read(u64 cgroup_id, struct kmemcgd_state *state)
{
	struct entry *entry;
	unsigned long flags;

	xa_lock_irqsave(&table, flags);
	entry = xa_load(&table, cgroup_id);
	if (entry)
		*state = entry->state;
	xa_unlock_irqrestore(&table, flags);
	return entry;
}

bool kmemcgd_states_first(struct kmemcgd_state *state)
{
	struct timerqueue_node *node;
	unsigned long flags;

	xa_lock_irqsave(&table, flags);
	node = timerqueue_getnext(&queue);
	if (node)
		*state = container_of(node, struct entry, due)->state;
	xa_unlock_irqrestore(&table, flags);
	return node;
}

bool kmemcgd_states_remove(u64 cgroup_id)
{
	struct entry *entry;
	unsigned long flags;

	xa_lock_irqsave(&table, flags);
	entry = __xa_erase(&table, cgroup_id);
	if (entry) {
		dequeue(entry);
		WRITE_ONCE(count, count - 1);
	}
	xa_unlock_irqrestore(&table, flags);
	/* Probes run with interrupts off: not the place to free memory. */
	if (entry)
		kfree_rcu(entry, rcu);
	return entry;
}

u32 kmemcgd_states_count(void)
{
	return READ_ONCE(count);
}

u32 kmemcgd_states_count_pin(enum kmemcgd_pin pin)
{
	return READ_ONCE(count_by_pin[pin]);
}
