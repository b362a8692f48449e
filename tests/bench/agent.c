// SPDX-License-Identifier: GPL-2.0
/*
 * What keeps a cgroup below its limit without kmemcgd, for guest-watermark.
 *
 * usage: agent loop CGROUPDIR HIGH
 *        agent once CGROUPDIR HIGH LOW
 *
 * Sizes are bytes. loop is what agents in userspace do: every 100 ms, if the
 * usage is above HIGH, write 32 MiB to memory.reclaim. once is the algorithm of
 * Alibaba Cloud Linux's memory.wmark_ratio: when the usage goes above HIGH, one
 * reclaim of what is above LOW, and no more until it is above HIGH again. There
 * a charge queues that as work; here it is seen within 1 ms.
 */
#include <errno.h>
#include <string.h>

#include "guest.h"

#define LOOP_NS (100 * MS_NS)
#define LOOP_BYTES (32UL << 20)
#define ONCE_NS MS_NS

static int open_in(const char *dir, const char *file, int flags)
{
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, file);
	fd = open(path, flags);
	if (fd < 0)
		err(1, "%s", path);
	return fd;
}

static uint64_t usage_of(int fd)
{
	char text[32];
	ssize_t length = pread(fd, text, sizeof(text) - 1, 0);

	if (length <= 0)
		err(1, "memory.current");
	text[length] = 0;
	return strtoull(text, NULL, 10);
}

/* Fails with EAGAIN when it got less than that, which is no error here. */
static void reclaim(int fd, uint64_t bytes)
{
	char text[32];
	int length = snprintf(text, sizeof(text), "%llu", (unsigned long long)bytes);

	if (write(fd, text, length) < 0 && errno != EAGAIN)
		err(1, "memory.reclaim");
}

int main(int argc, char **argv)
{
	int once = argc == 5 && !strcmp(argv[1], "once");
	uint64_t high, low = 0, usage, next;
	int current_fd, reclaim_fd;

	if (!once && (argc != 4 || strcmp(argv[1], "loop")))
		errx(2, "usage: agent loop CGROUPDIR HIGH, or agent once CGROUPDIR HIGH LOW");
	high = number(argv[3], 1, LONG_MAX);
	if (once)
		low = number(argv[4], 1, LONG_MAX);
	current_fd = open_in(argv[2], "memory.current", O_RDONLY);
	reclaim_fd = open_in(argv[2], "memory.reclaim", O_WRONLY);
	for (next = now_ns();; next += once ? ONCE_NS : LOOP_NS) {
		if (next < now_ns())
			next = now_ns();
		sleep_until(next);
		usage = usage_of(current_fd);
		if (usage > high)
			reclaim(reclaim_fd, once ? usage - low : LOOP_BYTES);
	}
}
