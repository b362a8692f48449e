/* SPDX-License-Identifier: GPL-2.0 */
/*
 * CPU pacing: a token bucket in nanoseconds of CPU time.
 *
 * The bucket gains cap_permille / 1000 ns for each ns that passes and holds
 * burst_ns at most. Work is paid for afterwards, with the CPU time that it
 * really took, so the balance can go below zero; the debt is slept off. Over
 * any window of length T the thread therefore uses at most
 *
 *	cap * T + burst + one slice
 *
 * A slice that takes longer than what the cap gives in ten seconds is not the
 * work of the thread: a machine that was paused finds the time there. More than
 * that is not slept off, so that a T beyond ten seconds may have one such slice
 * for each ten seconds.
 *
 * Source: the token bucket of RFC 2697, with time for bytes.
 */
#ifndef KMEMCGD_PACING_H
#define KMEMCGD_PACING_H

#include "types.h"

#define KMEMCGD_PERMILLE 1000

/* Beyond this the bucket is full at any cap and burst; keeps products small. */
#define KMEMCGD_PACING_MAX_ELAPSED_NS (3600ULL * 1000 * 1000 * 1000)
/* The longest time that a debt is slept off for. */
#define KMEMCGD_PACING_MAX_DEBT_NS (10ULL * 1000 * 1000 * 1000)

/**
 * struct kmemcgd_pacing - a token bucket of CPU time
 * @cap_permille: what it gains, in 1/1000 of one CPU, 1 to 1000
 * @burst_ns: what it holds at most, > 0
 * @balance_ns: what it holds now; negative: a debt
 * @last_ns: the time of the last update
 */
struct kmemcgd_pacing {
	uint32_t cap_permille;
	uint64_t burst_ns;
	int64_t balance_ns;
	uint64_t last_ns;
};

/* Starts with a full bucket at @now_ns. */
static inline void kmemcgd_pacing_init(struct kmemcgd_pacing *p,
				       uint32_t cap_permille,
				       uint64_t burst_ns, uint64_t now_ns)
{
	p->cap_permille = cap_permille;
	p->burst_ns = burst_ns;
	p->balance_ns = (int64_t)burst_ns;
	p->last_ns = now_ns;
}

/* Adds what the time since the last update is worth; never goes back. */
static inline void kmemcgd_pacing_refill(struct kmemcgd_pacing *p,
					 uint64_t now_ns)
{
	uint64_t elapsed_ns;

	if (now_ns <= p->last_ns)
		return;
	elapsed_ns = now_ns - p->last_ns;
	if (elapsed_ns > KMEMCGD_PACING_MAX_ELAPSED_NS)
		elapsed_ns = KMEMCGD_PACING_MAX_ELAPSED_NS;
	p->last_ns = now_ns;
	p->balance_ns += (int64_t)(elapsed_ns * p->cap_permille /
				   KMEMCGD_PERMILLE);
	if (p->balance_ns > (int64_t)p->burst_ns)
		p->balance_ns = (int64_t)p->burst_ns;
}

/* New limits take effect at once; what was saved beyond the burst is lost. */
static inline void kmemcgd_pacing_set(struct kmemcgd_pacing *p,
				      uint32_t cap_permille, uint64_t burst_ns,
				      uint64_t now_ns)
{
	kmemcgd_pacing_refill(p, now_ns);
	p->cap_permille = cap_permille;
	p->burst_ns = burst_ns;
	if (p->balance_ns > (int64_t)burst_ns)
		p->balance_ns = (int64_t)burst_ns;
}

/* Pays for @cpu_ns of work; negative: some of it was not used after all. */
static inline void kmemcgd_pacing_charge(struct kmemcgd_pacing *p,
					 int64_t cpu_ns)
{
	p->balance_ns -= cpu_ns;
}

/* The largest debt that is paid off. */
static inline uint64_t
kmemcgd_pacing_max_debt_ns(const struct kmemcgd_pacing *p)
{
	return KMEMCGD_PACING_MAX_DEBT_NS * p->cap_permille / KMEMCGD_PERMILLE;
}

/*
 * Corrects what was charged by what was really used, @cpu_ns more or less, and
 * forgives what is beyond the largest debt. Not before it was slept off for as
 * long as that: a correction may still make it a smaller one until then.
 */
static inline void kmemcgd_pacing_settle(struct kmemcgd_pacing *p,
					 int64_t cpu_ns)
{
	int64_t lowest_ns = -(int64_t)kmemcgd_pacing_max_debt_ns(p);

	kmemcgd_pacing_charge(p, cpu_ns);
	if (p->balance_ns < lowest_ns)
		p->balance_ns = lowest_ns;
}

/**
 * kmemcgd_pacing_delay_ns - how long to sleep before the next slice
 * @p: refilled just now
 *
 * While something is left it is spent. Once it is used up, half of the burst
 * is saved first: many short sleeps would cost more than the work.
 *
 * Return: 0, or the time until the bucket is half full; for a debt beyond the
 * largest, until that one would be paid off.
 */
static inline uint64_t kmemcgd_pacing_delay_ns(const struct kmemcgd_pacing *p)
{
	uint64_t missing_ns, max_ns = kmemcgd_pacing_max_debt_ns(p);

	if (p->balance_ns > 0)
		return 0;
	missing_ns = (uint64_t)-p->balance_ns;
	if (missing_ns > max_ns)
		missing_ns = max_ns;
	missing_ns += p->burst_ns / 2;
	return missing_ns * KMEMCGD_PERMILLE / p->cap_permille;
}

#endif
