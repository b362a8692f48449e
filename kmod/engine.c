// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel thread "kmemcgd": asks its sources for the most urgent slice,
 * runs it, pays for it, and sleeps when nobody has work or the CPU cap is
 * reached.
 *
 * Within a burst a slice is paid for by the clock. The scheduler's own count
 * of the thread's CPU time, exact whenever the thread has slept, corrects
 * that: it includes the engine itself, and not what other tasks and
 * interrupts took.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/hrtimer.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/sched.h>
#include <linux/sched/clock.h>

#include <kmemcgd/pacing.h>
#include <kmemcgd/slice.h>

#include "engine.h"
#include "params.h"
#include "source.h"
#include "stats.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

/* What is due so soon has its say about the priority. */
#define BOOST_AHEAD_NS (10 * NSEC_PER_MSEC)
/* Timers may be late by an eighth of the sleep, but not by more than that. */
#define MAX_SLACK_NS (50 * NSEC_PER_MSEC)

#define MAX_SOURCES 4

static struct task_struct *thread;
static const struct kmemcgd_source *const *sources;
static atomic_t kicked;

/* Below: the thread's own. */
static struct kmemcgd_pacing pacing;
static u32 slice_pages[MAX_SOURCES];
static u64 exact_cpu_ns;	/* the scheduler's count at the last sleep */
static u64 estimated_cpu_ns;	/* slices since then, by the clock */
static u64 last_chance_ns;	/* local_clock() of the last chance to yield */
static bool slept;

void kmemcgd_engine_kick(void)
{
	struct task_struct *task;

	atomic_set(&kicked, 1);
	/* Pairs with the release in _start; the task outlives all callers. */
	task = smp_load_acquire(&thread);
	if (task)
		wake_up_process(task);
}

u64 kmemcgd_engine_cpu_ns(void)
{
	return exact_cpu_ns + estimated_cpu_ns;
}

/* Replaces the estimate by the scheduler's count. */
static void settle_cpu_time(void)
{
	u64 now_exact_ns = current->se.sum_exec_runtime;
	s64 correction_ns = now_exact_ns - exact_cpu_ns - estimated_cpu_ns;

	kmemcgd_pacing_charge(&pacing, correction_ns);
	kmemcgd_stats_add(KMEMCGD_A_STATS_CPU_NS, correction_ns);
	exact_cpu_ns = now_exact_ns;
	estimated_cpu_ns = 0;
}

static void note_chance(void)
{
	u64 now_ns = local_clock();

	kmemcgd_stats_add_time(KMEMCGD_A_STATS_RESCHED_HIST,
			       now_ns - last_chance_ns);
	last_chance_ns = now_ns;
}

static void sleep_until(u64 deadline_ns, u64 now_ns)
{
	ktime_t expires = ns_to_ktime(deadline_ns);
	u64 slack_ns;
	size_t i;

	for (i = 0; sources[i]; i++)
		sources[i]->pause();
	note_chance();
	slack_ns = min_t(u64, (deadline_ns - now_ns) / 8, MAX_SLACK_NS);

	set_current_state(TASK_IDLE);
	if (!atomic_read(&kicked) && !kthread_should_stop())
		schedule_hrtimeout_range(deadline_ns == KMEMCGD_NEVER ?
					 NULL : &expires,
					 slack_ns, HRTIMER_MODE_ABS);
	__set_current_state(TASK_RUNNING);
	last_chance_ns = local_clock();
	slept = true;
	settle_cpu_time();
}

/*
 * The source that is due and ranks highest; else the one that is due first;
 * negative: none has anything to do.
 */
static int pick(u64 now_ns, struct kmemcgd_demand *best)
{
	int i, picked = -1;
	u32 boost = 0;

	*best = (struct kmemcgd_demand){ .deadline_ns = KMEMCGD_NEVER };
	for (i = 0; sources[i]; i++) {
		struct kmemcgd_demand demand = sources[i]->demand(now_ns);
		bool due = demand.deadline_ns <= now_ns;
		bool best_due = best->deadline_ns <= now_ns;

		if (demand.deadline_ns <= now_ns + BOOST_AHEAD_NS)
			boost = max(boost, demand.boost);
		if (due && best_due && demand.urgency != best->urgency) {
			if (demand.urgency < best->urgency)
				continue;
		} else if (demand.deadline_ns >= best->deadline_ns) {
			continue;
		}
		picked = i;
		*best = demand;
	}
	best->boost = max(best->boost, boost);
	return picked;
}

/* What somebody waits for is not paid for: the background would have to. */
static void run_slice(int which, u64 now_ns, bool paid)
{
	const struct kmemcgd_source *source = sources[which];
	u64 target_ns = kmemcgd_param(KMEMCGD_A_CONFIG_SLICE_TARGET_US) *
			(u64)NSEC_PER_USEC;
	struct kmemcgd_result result = {};
	struct kmemcgd_budget budget;
	u64 began_ns, took_ns;

	began_ns = local_clock();
	budget.pages = slice_pages[which];
	budget.now_ns = now_ns;
	budget.end_ns = began_ns + target_ns;
	source->run(&budget, &result);
	took_ns = local_clock() - began_ns;

	slice_pages[which] =
		kmemcgd_slice_pages(slice_pages[which], result.pages, took_ns,
				    target_ns,
				    kmemcgd_param(KMEMCGD_A_CONFIG_SLICE_MAX_PAGES));
	estimated_cpu_ns += took_ns;
	if (paid)
		kmemcgd_pacing_charge(&pacing, took_ns);
	kmemcgd_stats_add(KMEMCGD_A_STATS_CPU_NS, took_ns);
	kmemcgd_stats_add(KMEMCGD_A_STATS_SLICES, 1);
	kmemcgd_stats_add(KMEMCGD_A_STATS_PAGES, result.pages);
	kmemcgd_stats_add(KMEMCGD_A_STATS_INODES, result.inodes);
	kmemcgd_stats_add_time(KMEMCGD_A_STATS_SLICE_HIST, took_ns);
	trace_kmemcgd_slice(source->name, &result, took_ns);
}

static void update_pacing(u64 now_ns)
{
	kmemcgd_pacing_set(&pacing,
			   kmemcgd_param(KMEMCGD_A_CONFIG_CPU_CAP_PERMILLE),
			   kmemcgd_param(KMEMCGD_A_CONFIG_BURST_US) *
				(u64)NSEC_PER_USEC,
			   now_ns);
}

static void set_boost(u32 boost)
{
	long nice = MAX_NICE - (long)boost;

	if (task_nice(current) != nice)
		set_user_nice(current, nice);
}

/* One turn: a slice, or a sleep. */
static void work(void)
{
	struct kmemcgd_demand demand;
	u64 now_ns, delay_ns;
	int source;

	atomic_set(&kicked, 0);
	/* Pairs with the kick: what it was about is seen below, or it stays. */
	smp_mb__after_atomic();
	now_ns = ktime_get_ns();
	source = pick(now_ns, &demand);
	set_boost(demand.boost);
	if (source < 0 || demand.deadline_ns > now_ns) {
		sleep_until(demand.deadline_ns, now_ns);
		return;
	}
	update_pacing(now_ns);
	delay_ns = kmemcgd_pacing_delay_ns(&pacing);
	if (delay_ns && demand.urgency == KMEMCGD_BACKGROUND) {
		sleep_until(now_ns + delay_ns, now_ns);
		kmemcgd_stats_add(KMEMCGD_A_STATS_THROTTLED_NS,
				  ktime_get_ns() - now_ns);
		return;
	}
	if (slept) {
		kmemcgd_stats_add(KMEMCGD_A_STATS_WAKEUPS, 1);
		slept = false;
	}
	run_slice(source, now_ns, demand.urgency == KMEMCGD_BACKGROUND);
	note_chance();
	cond_resched();
}

static int engine_main(void *unused)
{
	int i;

	set_user_nice(current, MAX_NICE);
	exact_cpu_ns = current->se.sum_exec_runtime;
	estimated_cpu_ns = 0;
	last_chance_ns = local_clock();
	for (i = 0; i < MAX_SOURCES; i++)
		slice_pages[i] = KMEMCGD_SLICE_MIN_PAGES;
	slept = true;
	kmemcgd_pacing_init(&pacing,
			    kmemcgd_param(KMEMCGD_A_CONFIG_CPU_CAP_PERMILLE),
			    kmemcgd_param(KMEMCGD_A_CONFIG_BURST_US) *
				(u64)NSEC_PER_USEC,
			    ktime_get_ns());
	while (!kthread_should_stop())
		work();
	return 0;
}

int kmemcgd_engine_start(const struct kmemcgd_source *const *from)
{
	struct task_struct *task;
	int count = 0;

	while (from[count])
		count++;
	if (WARN_ON_ONCE(count > MAX_SOURCES))
		return -EINVAL;
	sources = from;
	task = kthread_create(engine_main, NULL, "kmemcgd");
	if (IS_ERR(task))
		return PTR_ERR(task);
	/* kthread_stop() must find it, even if it has ended. */
	get_task_struct(task);
	/* Pairs with the acquire in _kick. */
	smp_store_release(&thread, task);
	wake_up_process(task);
	return 0;
}

void kmemcgd_engine_stop(void)
{
	kthread_stop(thread);
}

void kmemcgd_engine_exit(void)
{
	put_task_struct(thread);
	thread = NULL;
}
