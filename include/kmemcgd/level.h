/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Levels: how much priority a thread needs to be in time, where there is a limit
 * that comes nearer. None with time enough, the most when it was late before.
 */
#ifndef KMEMCGD_LEVEL_H
#define KMEMCGD_LEVEL_H

#include "types.h"

/* Steps of priority that there are. */
#define KMEMCGD_LEVEL_MAX 3
/* From so much time until the limit on, the priority rises. */
#define KMEMCGD_NEAR_NS (10ULL * 1000 * 1000)
/*
 * A thread that gets its turn so late shares its CPU, and at the lowest priority
 * may be a few times as late: with so much time left it has to rise now, to one
 * level, or with half of that to the highest.
 */
#define KMEMCGD_LATE_NS (3ULL * 1000 * 1000)
#define KMEMCGD_LATE_LEFT_NS (40ULL * 1000 * 1000)
#define KMEMCGD_LATE_LEVEL 2U
/* For so long. */
#define KMEMCGD_LATE_KEEP_NS (1000ULL * 1000 * 1000)
/* What was near keeps its level for so long, and loses one step then. */
#define KMEMCGD_LEVEL_KEEP_NS (20ULL * 1000 * 1000)

/**
 * struct kmemcgd_urge - the level, and what it was told from
 * @level: 0 to KMEMCGD_LEVEL_MAX
 * @level_ns: the last time that it was as high as that
 * @late_level: likewise, because the thread came late
 * @late_ns: the last time that it came so late
 */
struct kmemcgd_urge {
	uint32_t level;
	uint64_t level_ns;
	uint32_t late_level;
	uint64_t late_ns;
};

/* A step for each halving of the time that is left, from KMEMCGD_NEAR_NS on. */
static inline uint32_t kmemcgd_level(uint64_t left_ns)
{
	uint64_t near_ns = KMEMCGD_NEAR_NS;
	uint32_t level = 0;

	while (level < KMEMCGD_LEVEL_MAX && left_ns < near_ns) {
		level++;
		near_ns /= 2;
	}
	return level;
}

/* Likewise, where the thread got its turn late by so much. */
static inline uint32_t kmemcgd_late_level(uint64_t left_ns, uint64_t late_ns)
{
	if (late_ns < KMEMCGD_LATE_NS || left_ns >= KMEMCGD_LATE_LEFT_NS)
		return 0;
	return left_ns < KMEMCGD_LATE_LEFT_NS / 2 ? KMEMCGD_LEVEL_MAX :
						    KMEMCGD_LATE_LEVEL;
}

/**
 * kmemcgd_urge_update - the level from now on
 * @urge: all 0 at first
 * @level: that is called for now
 * @late_level: that is called for since this turn was late; counts for a second
 * @now_ns: never goes back
 *
 * At once upwards, and step by step down, since what comes in bursts will do so
 * again.
 */
static inline void kmemcgd_urge_update(struct kmemcgd_urge *urge,
				       uint32_t level, uint32_t late_level,
				       uint64_t now_ns)
{
	if (late_level >= urge->late_level) {
		urge->late_level = late_level;
		urge->late_ns = now_ns;
	} else if (now_ns - urge->late_ns >= KMEMCGD_LATE_KEEP_NS) {
		urge->late_level = 0;
	}
	if (level < urge->late_level)
		level = urge->late_level;
	if (level < urge->level) {
		if (now_ns - urge->level_ns < KMEMCGD_LEVEL_KEEP_NS)
			return;
		level = urge->level - 1;
	}
	urge->level = level;
	urge->level_ns = now_ns;
}

/* 19 at level 0, and down to @nice_min at the highest. */
static inline uint32_t kmemcgd_level_boost(uint32_t level, uint32_t nice_min)
{
	return (19 - nice_min) * level / KMEMCGD_LEVEL_MAX;
}

#endif
