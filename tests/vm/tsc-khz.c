// SPDX-License-Identifier: GPL-2.0
/*
 * Prints the frequency of this machine's time stamp counter, in kHz, which an
 * emulated guest sees as its own: measured over 50 ms against the monotonic
 * clock, between two moments at which both could be read without a pause.
 */
#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <x86intrin.h>

#define NS_PER_S 1000000000LL
#define PERIOD_NS 50000000LL
/* Of many readings the one with the least time in between is taken. */
#define READINGS 2000

struct moment {
	uint64_t ticks;
	int64_t ns;
};

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * NS_PER_S + now.tv_nsec;
}

static struct moment read_both(void)
{
	struct moment best = {};
	uint64_t best_width = UINT64_MAX;

	for (int i = 0; i < READINGS; i++) {
		uint64_t before = __rdtsc();
		int64_t ns = now_ns();
		uint64_t width = __rdtsc() - before;

		if (width >= best_width)
			continue;
		best_width = width;
		best.ticks = before + width / 2;
		best.ns = ns;
	}
	return best;
}

int main(void)
{
	struct timespec period = { .tv_nsec = PERIOD_NS };
	struct moment first = read_both(), last;

	nanosleep(&period, NULL);
	last = read_both();
	printf("%.0f\n", (double)(last.ticks - first.ticks) * 1000000 /
	       (double)(last.ns - first.ns));
	return 0;
}
