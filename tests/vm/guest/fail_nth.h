/* SPDX-License-Identifier: GPL-2.0 */
/* Has one allocation of this thread fail, on kernels with FAULT_INJECTION. */
#ifndef KMEMCGD_FAIL_NTH_H
#define KMEMCGD_FAIL_NTH_H

#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* To be kept open: to open it takes an allocation. */
static inline int fail_nth_open(void)
{
	int fd = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		err(2, "fail-nth");
	return fd;
}

/* The nth from now on; 0: none. */
static inline void fail_nth_set(int fd, unsigned long nth)
{
	char text[24];
	int length = snprintf(text, sizeof(text), "%lu", nth);

	if (pwrite(fd, text, (size_t)length, 0) != length)
		err(2, "fail-nth");
}

/* Takes it back; how many allocations it was away, 0: it has failed. */
static inline unsigned long fail_nth_end(int fd)
{
	char text[24] = "";

	if (pread(fd, text, sizeof(text) - 1, 0) <= 0)
		err(2, "fail-nth");
	fail_nth_set(fd, 0);
	return strtoul(text, NULL, 10);
}

#endif
