/* SPDX-License-Identifier: GPL-2.0 */
/* What the programs that use cgroups share: time, joining them, options. */
#ifndef KMEMCGD_GUEST_H
#define KMEMCGD_GUEST_H

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define SECOND_NS 1000000000ULL
#define MS_NS 1000000ULL
#define MB (1UL << 20)

static inline uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * SECOND_NS + now.tv_nsec;
}

static inline void sleep_until(uint64_t when)
{
	struct timespec until = {
		.tv_sec = when / SECOND_NS,
		.tv_nsec = when % SECOND_NS,
	};

	/* Even a sleep that is over at once takes its time. */
	if (now_ns() < when)
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
}

static inline bool try_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);
	bool done = fd >= 0 && write(fd, text, strlen(text)) >= 0;

	if (fd >= 0)
		close(fd);
	return done;
}

static inline void write_file(const char *path, const char *text)
{
	if (!try_write(path, text))
		err(1, "%s", path);
}

static inline void make_dir(const char *path)
{
	if (mkdir(path, 0755) && errno != EEXIST)
		err(1, "mkdir %s", path);
}

/* Where the memory controller is: that of v1, or the only hierarchy. */
static inline const char *memcg_root(void)
{
	return access("/sys/fs/cgroup/memory/memory.usage_in_bytes", F_OK) ?
		"/sys/fs/cgroup" : "/sys/fs/cgroup/memory";
}

static inline void join(const char *cgroup)
{
	char path[PATH_MAX + 128];

	snprintf(path, sizeof(path), "%s/cgroup.procs", cgroup);
	write_file(path, "0");
}

static inline uint64_t number(const char *text, long min, long max)
{
	char *rest;
	long value = strtol(text, &rest, 0);

	if (rest == text || *rest || value < min || value > max)
		errx(2, "%s: not a number from %ld to %ld", text, min, max);
	return value;
}

#endif
