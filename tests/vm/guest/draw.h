/* SPDX-License-Identifier: GPL-2.0 */
/* Numbers drawn by programs whose runs must be repeatable. */
#ifndef KMEMCGD_DRAW_H
#define KMEMCGD_DRAW_H

#include <stdint.h>

/* xorshift64 (Marsaglia): the same seed, which is not 0, draws the same numbers. */
static inline uint64_t next_drawn(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

#endif
