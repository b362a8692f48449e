// SPDX-License-Identifier: GPL-2.0
/*
 * A kernel thread: asks its sources for the most urgent slice, runs it, pays
 * for it, and sleeps when nobody has work or the CPU cap is reached.
 *
 * Within a burst a slice is paid for by the clock. The scheduler's own count
 * of the thread's CPU time, exact whenever the thread has slept, corrects
 * that: it includes the engine itself, and not what other tasks and
 * interrupts took.
 *
 * Of several threads with the same sources the first is there for what is due,
 * and each other for what was due for longer than its grace and nobody took.
 * For that each sleeps until the first deadline and its grace, and is woken up
 * by the one that makes that deadline an earlier one.
 */
#include <linux/hrtimer.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/sched.h>
#include <linux/sched/clock.h>
#include <linux/sched/stat.h>

#include <kmemcgd/slice.h>

#include "params.h"
#include "stats.h"
#include "worker.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

/* What is due so soon has its say about the priority. */
#define BOOST_AHEAD_NS (10 * NSEC_PER_MSEC)
/* Timers may be late by an eighth of the sleep, but not by more than that. */
#define MAX_SLACK_NS (50 * NSEC_PER_MSEC)
/* Each next thread of a crew comes so much later. */
#define GRACE_NS NSEC_PER_MSEC
/* Background work waits so long for urgent work to end, then has a slice. */
#define YIELD_NS (10 * NSEC_PER_MSEC)
/* Who waits for the CPU has it for so long between two slices. */
#define GIVE_WAY_NS (50 * NSEC_PER_USEC)

/* Threads with an urgent slice since they slept last, and who waits for them. */
static atomic_t urgent_count;
static struct kmemcgd_worker *yielding;

void kmemcgd_worker_kick(struct kmemcgd_worker *worker)
{
	struct task_struct *task;

	atomic_set(&worker->kicked, 1);
	/* Pairs with the release in _start; the task outlives all callers. */
	task = smp_load_acquire(&worker->task);
	if (task)
		wake_up_process(task);
}

static const struct kmemcgd_source *const *sources_of(const struct kmemcgd_worker *worker)
{
	return worker->index ? worker->crew->shared : worker->crew->sources;
}

static u64 grace_ns(const struct kmemcgd_worker *worker)
{
	return worker->index * GRACE_NS;
}

/* Replaces the estimate by the scheduler's count. */
static void settle_cpu_time(struct kmemcgd_worker *worker)
{
	u64 now_exact_ns = current->se.sum_exec_runtime;
	s64 correction_ns = now_exact_ns - worker->exact_cpu_ns -
			    worker->estimated_cpu_ns;

	kmemcgd_pacing_settle(&worker->pacing, correction_ns);
	kmemcgd_stats_add(KMEMCGD_A_STATS_CPU_NS, correction_ns);
	worker->exact_cpu_ns = now_exact_ns;
	worker->estimated_cpu_ns = 0;
}

static void note_chance(struct kmemcgd_worker *worker)
{
	u64 now_ns = local_clock();

	kmemcgd_stats_add_time(KMEMCGD_A_STATS_RESCHED_HIST,
			       now_ns - worker->last_chance_ns);
	worker->last_chance_ns = now_ns;
}

static void urgent_begins(struct kmemcgd_worker *worker)
{
	if (worker->urgent)
		return;
	worker->urgent = true;
	atomic_inc(&urgent_count);
}

static void urgent_ends(struct kmemcgd_worker *worker)
{
	struct kmemcgd_worker *waiting;

	if (!worker->urgent)
		return;
	worker->urgent = false;
	if (!atomic_dec_and_test(&urgent_count))
		return;
	/* One that is missed wakes up by itself. */
	waiting = READ_ONCE(yielding);
	if (waiting)
		kmemcgd_worker_kick(waiting);
}

/* Nothing that a source holds from slice to slice outlasts the work. */
static void pause_sources(const struct kmemcgd_worker *worker)
{
	const struct kmemcgd_source *const *source;

	for (source = sources_of(worker); *source; source++)
		if ((*source)->pause)
			(*source)->pause();
}

static void sleep_until(struct kmemcgd_worker *worker, u64 deadline_ns,
			u64 now_ns)
{
	ktime_t expires = ns_to_ktime(deadline_ns);
	u64 slack_ns;

	pause_sources(worker);
	urgent_ends(worker);
	note_chance(worker);
	slack_ns = min_t(u64, (deadline_ns - now_ns) / 8, MAX_SLACK_NS);

	set_current_state(TASK_IDLE);
	if (!atomic_read(&worker->kicked) && !kthread_should_stop())
		schedule_hrtimeout_range(deadline_ns == KMEMCGD_NEVER ?
					 NULL : &expires,
					 slack_ns, HRTIMER_MODE_ABS);
	__set_current_state(TASK_RUNNING);
	worker->last_chance_ns = local_clock();
	worker->slept = true;
	worker->took_turn = false;
	settle_cpu_time(worker);
}

/*
 * The source that is due and ranks highest; else the one that is due first;
 * negative: none has anything to do.
 */
static int pick(const struct kmemcgd_worker *worker, u64 now_ns,
		struct kmemcgd_demand *best)
{
	const struct kmemcgd_source *const *sources = sources_of(worker);
	int i, picked = -1;
	u32 boost = 0;

	*best = (struct kmemcgd_demand){ .deadline_ns = KMEMCGD_NEVER };
	if (worker->index >= READ_ONCE(worker->crew->active))
		return -1;
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
static void run_slice(struct kmemcgd_worker *worker, int which, u64 now_ns,
		      bool paid)
{
	const struct kmemcgd_source *source = sources_of(worker)[which];
	u32 *slice_pages = &worker->slice_pages[which];
	u64 target_ns = kmemcgd_param(KMEMCGD_A_CONFIG_SLICE_TARGET_US) *
			(u64)NSEC_PER_USEC;
	struct kmemcgd_result result = {};
	struct kmemcgd_budget budget;
	u64 began_ns, took_ns;

	began_ns = local_clock();
	budget.pages = *slice_pages;
	budget.now_ns = now_ns;
	budget.end_ns = began_ns + target_ns;
	budget.cpu_ns = worker->exact_cpu_ns + worker->estimated_cpu_ns;
	source->run(&budget, &result);
	took_ns = local_clock() - began_ns;

	*slice_pages =
		kmemcgd_slice_pages(*slice_pages, result.pages, took_ns,
				    target_ns,
				    kmemcgd_param(KMEMCGD_A_CONFIG_SLICE_MAX_PAGES));
	worker->estimated_cpu_ns += took_ns;
	if (paid)
		kmemcgd_pacing_charge(&worker->pacing, took_ns);
	kmemcgd_stats_add(KMEMCGD_A_STATS_CPU_NS, took_ns);
	kmemcgd_stats_add(KMEMCGD_A_STATS_SLICES, 1);
	kmemcgd_stats_add(KMEMCGD_A_STATS_PAGES, result.pages);
	if (source->pages_counter)
		kmemcgd_stats_add(source->pages_counter, result.pages);
	kmemcgd_stats_add(KMEMCGD_A_STATS_INODES, result.inodes);
	kmemcgd_stats_add_time(KMEMCGD_A_STATS_SLICE_HIST, took_ns);
	trace_kmemcgd_slice(source->name, &result, took_ns);
}

static void update_pacing(struct kmemcgd_worker *worker, u64 now_ns)
{
	kmemcgd_pacing_set(&worker->pacing,
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

/* Those that would wake up too late for this deadline look again. */
static void tell_others(struct kmemcgd_worker *worker, u64 deadline_ns)
{
	struct kmemcgd_crew *crew = worker->crew;
	unsigned int i, active = READ_ONCE(crew->active);

	for (i = 0; i < active; i++) {
		struct kmemcgd_worker *other = &crew->workers[i];

		if (other != worker &&
		    READ_ONCE(other->armed_ns) > deadline_ns &&
		    READ_ONCE(other->armed_ns) - deadline_ns > grace_ns(other))
			kmemcgd_worker_kick(other);
	}
}

/* Urgent work of others goes first, though not forever. */
static bool yields(struct kmemcgd_worker *worker, u64 now_ns)
{
	bool waited = READ_ONCE(yielding) == worker;

	WRITE_ONCE(yielding, NULL);
	if (waited || worker->urgent || !atomic_read(&urgent_count))
		return false;
	WRITE_ONCE(yielding, worker);
	sleep_until(worker, now_ns + YIELD_NS, now_ns);
	return true;
}

/*
 * The scheduler gives a turn in milliseconds to whoever waited for it, however
 * nice, which is a long time for a task that only wants a page. So a slice is
 * followed by a short sleep if somebody waits for this CPU. The next one may
 * then be on another CPU.
 */
static bool gives_way(struct kmemcgd_worker *worker,
		      const struct kmemcgd_demand *demand)
{
	ktime_t expires = ns_to_ktime(GIVE_WAY_NS);

	if (!worker->took_turn || demand->pressing || single_task_running())
		return false;
	worker->took_turn = false;
	note_chance(worker);
	set_current_state(TASK_IDLE);
	if (!kthread_should_stop())
		schedule_hrtimeout_range(&expires, GIVE_WAY_NS / 2,
					 HRTIMER_MODE_REL);
	__set_current_state(TASK_RUNNING);
	worker->last_chance_ns = local_clock();
	return true;
}

/* One turn: a slice, or a sleep. */
static void work(struct kmemcgd_worker *worker)
{
	struct kmemcgd_demand demand;
	u64 now_ns, delay_ns;
	bool background;
	int source;

	atomic_set(&worker->kicked, 0);
	/* Pairs with the kick: what it was about is seen below, or it stays. */
	smp_mb__after_atomic();
	now_ns = ktime_get_ns();
	source = pick(worker, now_ns, &demand);
	if (source >= 0) {
		tell_others(worker, demand.deadline_ns);
		demand.deadline_ns += grace_ns(worker);
	}
	WRITE_ONCE(worker->armed_ns, demand.deadline_ns);
	set_boost(demand.boost);
	if (source < 0 || demand.deadline_ns > now_ns) {
		sleep_until(worker, demand.deadline_ns, now_ns);
		return;
	}
	if (gives_way(worker, &demand))
		return;
	background = demand.urgency == KMEMCGD_BACKGROUND;
	update_pacing(worker, now_ns);
	delay_ns = kmemcgd_pacing_delay_ns(&worker->pacing);
	if (delay_ns && background) {
		sleep_until(worker, now_ns + delay_ns, now_ns);
		kmemcgd_stats_add(KMEMCGD_A_STATS_THROTTLED_NS,
				  ktime_get_ns() - now_ns);
		return;
	}
	if (background && yields(worker, now_ns))
		return;
	if (worker->slept) {
		kmemcgd_stats_add(KMEMCGD_A_STATS_WAKEUPS, 1);
		worker->slept = false;
	}
	if (demand.urgency == KMEMCGD_URGENT)
		urgent_begins(worker);
	worker->took_turn = true;
	run_slice(worker, source, now_ns, background);
	note_chance(worker);
	cond_resched();
}

static int worker_main(void *data)
{
	struct kmemcgd_worker *worker = data;
	int i;

	set_user_nice(current, MAX_NICE);
	worker->exact_cpu_ns = current->se.sum_exec_runtime;
	worker->estimated_cpu_ns = 0;
	worker->last_chance_ns = local_clock();
	for (i = 0; i < KMEMCGD_SOURCES_MAX; i++)
		worker->slice_pages[i] = KMEMCGD_SLICE_MIN_PAGES;
	worker->slept = true;
	kmemcgd_pacing_init(&worker->pacing,
			    kmemcgd_param(KMEMCGD_A_CONFIG_CPU_CAP_PERMILLE),
			    kmemcgd_param(KMEMCGD_A_CONFIG_BURST_US) *
				(u64)NSEC_PER_USEC,
			    ktime_get_ns());
	while (!kthread_should_stop())
		work(worker);
	pause_sources(worker);
	urgent_ends(worker);
	return 0;
}

int kmemcgd_worker_start(struct kmemcgd_crew *crew, unsigned int index)
{
	struct kmemcgd_worker *worker = &crew->workers[index];
	struct task_struct *task;

	if (worker->task)
		return 0;
	worker->crew = crew;
	worker->index = index;
	task = kthread_create(worker_main, worker, crew->name, index);
	if (IS_ERR(task))
		return PTR_ERR(task);
	/* kthread_stop() must find it, even if it has ended. */
	get_task_struct(task);
	/* Pairs with the acquire in _kick. */
	smp_store_release(&worker->task, task);
	wake_up_process(task);
	return 0;
}

void kmemcgd_worker_stop(struct kmemcgd_worker *worker)
{
	if (worker->task)
		kthread_stop(worker->task);
}

void kmemcgd_worker_exit(struct kmemcgd_worker *worker)
{
	if (!worker->task)
		return;
	put_task_struct(worker->task);
	worker->task = NULL;
}
