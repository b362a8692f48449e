/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel's list of shrinkers: under a semaphore, or under RCU with
 * references (6.7 and later).
 */
#ifndef KMEMCGD_COMPAT_SHRINKER_H
#define KMEMCGD_COMPAT_SHRINKER_H

#include <linux/rcupdate.h>
#include <linux/rwsem.h>
#include <linux/shrinker.h>

#include "../symbols.h"

#ifdef HAVE_SHRINKER_TRY_GET

static inline bool kmemcgd_shrinkers_lock(void)
{
	rcu_read_lock();
	return true;
}

static inline void kmemcgd_shrinkers_unlock(void)
{
	rcu_read_unlock();
}

static inline bool kmemcgd_shrinkers_locked(void)
{
	return rcu_read_lock_held();
}

/* Leaves RCU: the reference keeps the shrinker on the list. */
static inline bool kmemcgd_shrinker_hold(struct shrinker *shrinker)
{
	if (!shrinker_try_get(shrinker))
		return false;
	rcu_read_unlock();
	return true;
}

static inline void kmemcgd_shrinker_release(struct shrinker *shrinker)
{
	rcu_read_lock();
	shrinker_put(shrinker);
}

#else

/* Never waits: somebody registers a shrinker, or all of them are running. */
static inline bool kmemcgd_shrinkers_lock(void)
{
	return down_read_trylock(kmemcgd_shrinker_rwsem);
}

static inline void kmemcgd_shrinkers_unlock(void)
{
	up_read(kmemcgd_shrinker_rwsem);
}

static inline bool kmemcgd_shrinkers_locked(void)
{
	return rwsem_is_locked(kmemcgd_shrinker_rwsem);
}

static inline bool kmemcgd_shrinker_hold(struct shrinker *shrinker)
{
	return true;
}

static inline void kmemcgd_shrinker_release(struct shrinker *shrinker)
{
}

#endif

#endif
