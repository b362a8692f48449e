// SPDX-License-Identifier: GPL-2.0
/*
 * Counters. Most have one writer, the engine's thread; the rest are written
 * by probes. Atomics let anybody read and reset them without stopping either.
 */
#include <linux/atomic.h>
#include <linux/ktime.h>
#include <linux/spinlock.h>

#include <kmemcgd/hist.h>

#include "stats.h"

static atomic64_t counters[KMEMCGD_A_STATS_MAX + 1];
static atomic64_t freed_total;
static atomic64_t slice_hist[KMEMCGD_HIST_BUCKETS];
static atomic64_t resched_hist[KMEMCGD_HIST_BUCKETS];
static atomic64_t since_ns;

static DEFINE_SPINLOCK(pass_lock);
static struct kmemcgd_pass last_pass;
static u64 running_pass;

void kmemcgd_stats_init(void)
{
	atomic64_set(&since_ns, ktime_get_ns());
}

void kmemcgd_stats_add(enum kmemcgd_a_stats counter, s64 value)
{
	atomic64_add(value, &counters[counter]);
	if (counter == KMEMCGD_A_STATS_FREED)
		atomic64_add(value, &freed_total);
}

static u64 read_one(atomic64_t *counter, bool reset)
{
	return reset ? atomic64_xchg(counter, 0) : atomic64_read(counter);
}

u64 kmemcgd_stats_read(enum kmemcgd_a_stats counter, bool reset)
{
	return read_one(&counters[counter], reset);
}

u64 kmemcgd_stats_freed_total(void)
{
	return atomic64_read(&freed_total);
}

static atomic64_t *hist_of(enum kmemcgd_a_stats which)
{
	return which == KMEMCGD_A_STATS_SLICE_HIST ? slice_hist : resched_hist;
}

void kmemcgd_stats_add_time(enum kmemcgd_a_stats which, u64 ns)
{
	u32 bucket = kmemcgd_hist_bucket(ns, KMEMCGD_HIST_BUCKETS);

	atomic64_inc(&hist_of(which)[bucket]);
}

void kmemcgd_stats_read_hist(enum kmemcgd_a_stats which,
			     u64 hist[KMEMCGD_HIST_BUCKETS], bool reset)
{
	unsigned int i;

	for (i = 0; i < KMEMCGD_HIST_BUCKETS; i++)
		hist[i] = read_one(&hist_of(which)[i], reset);
}

u64 kmemcgd_stats_since_ns(bool reset)
{
	return reset ? atomic64_xchg(&since_ns, ktime_get_ns()) :
		       atomic64_read(&since_ns);
}

void kmemcgd_stats_pass_began(const struct kmemcgd_pass *pass)
{
	spin_lock(&pass_lock);
	running_pass = pass->id;
	spin_unlock(&pass_lock);
}

void kmemcgd_stats_pass_ended(const struct kmemcgd_pass *pass)
{
	spin_lock(&pass_lock);
	running_pass = 0;
	last_pass = *pass;
	spin_unlock(&pass_lock);
}

struct kmemcgd_pass kmemcgd_stats_last_pass(u64 *running)
{
	struct kmemcgd_pass pass;

	spin_lock(&pass_lock);
	*running = running_pass;
	pass = last_pass;
	spin_unlock(&pass_lock);
	return pass;
}
