/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is remembered of zombies that survived a visit: why they stayed, and
 * when they are visited again. Nothing is kept of any other memcg.
 *
 * All functions take the table's lock, with interrupts off. Only the engine's
 * thread adds and updates; anybody may remove and read.
 */
#ifndef KMEMCGD_STATES_H
#define KMEMCGD_STATES_H

#include <linux/kmemcgd.h>
#include <linux/types.h>

/**
 * struct kmemcgd_state - a zombie that survived
 * @cgroup_id: its cgroup id
 * @css_id: where kmemcgd_memcg_get_zombie() finds it
 * @tries: visits so far, does not wrap
 * @pin: what kept it
 * @first_seen_ns: ktime_get_ns() when it went offline, or was first visited
 * @due_ns: when it is visited again
 */
struct kmemcgd_state {
	u64 cgroup_id;
	int css_id;
	u16 tries;
	u8 pin;
	u64 first_seen_ns;
	u64 due_ns;
};

void kmemcgd_states_init(void);
/* Forgets everything; nobody may use the table any more. May sleep. */
void kmemcgd_states_exit(void);

/**
 * kmemcgd_states_put - add or update the state of a zombie
 * @state: all of it
 * @max: how many may be kept
 *
 * The caller holds a css reference to the zombie, so that it can't be released
 * before its state is there. May sleep.
 *
 * Return: 0, -ENOSPC when @max are kept already, -ENOMEM.
 */
int kmemcgd_states_put(const struct kmemcgd_state *state, u32 max);

/* Copies a state. Any context. Return: whether there is one. */
bool kmemcgd_states_read(u64 cgroup_id, struct kmemcgd_state *state);

/* Copies the state that is due first. Any context. Return: likewise. */
bool kmemcgd_states_first(struct kmemcgd_state *state);

/* Forgets one. Any context. Return: whether it was there. */
bool kmemcgd_states_remove(u64 cgroup_id);

/* How many there are, in all and by pin; no lock, for statistics. */
u32 kmemcgd_states_count(void);
u32 kmemcgd_states_count_pin(enum kmemcgd_pin pin);

#endif
