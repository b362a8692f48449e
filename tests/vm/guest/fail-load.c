// SPDX-License-Identifier: GPL-2.0
/*
 * usage: fail-load FILE REFUSED
 *
 * Loads kmemcgd, without parameters, with one allocation failing, each time a
 * later one, until it loads without meeting the one that should fail. It is
 * unloaded whenever it loads. Where the kernel fails before it looks at the
 * parameters it warns of itself, so that the first to fail is the one that comes
 * after those of a load with the parameters REFUSED, which must not succeed.
 */
#include "guest.h"
#include <sys/syscall.h>

#define MOST 10000

/* Open all the time: to open it takes an allocation. */
static int nth_fd;

static void set_nth(int nth)
{
	char text[16];
	int length = snprintf(text, sizeof(text), "%d", nth);

	if (pwrite(nth_fd, text, length, 0) != length)
		err(1, "fail-nth");
}

/* load(FD, PARAMETERS, NTH, &left): left is 0 when an allocation has failed */
static int load(int fd, const char *parameters, int nth, int *left)
{
	char text[16] = "";
	int failed;

	set_nth(nth);
	failed = syscall(SYS_finit_module, fd, parameters, 0) != 0;
	if (pread(nth_fd, text, sizeof(text) - 1, 0) <= 0)
		err(1, "fail-nth");
	set_nth(0);
	*left = atoi(text);
	if (!failed && syscall(SYS_delete_module, "kmemcgd", O_NONBLOCK))
		err(1, "it can't be unloaded after allocation %d failed", nth);
	return failed;
}

int main(int argc, char **argv)
{
	int first, nth, fd, left, failed = 1, survived = 0;

	if (argc != 3)
		errx(2, "usage: fail-load FILE REFUSED");
	fd = open(argv[1], O_RDONLY | O_CLOEXEC);
	nth_fd = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	if (fd < 0 || nth_fd < 0)
		err(1, "%s", fd < 0 ? argv[1] : "fail-nth");
	if (!load(fd, argv[2], MOST, &left))
		errx(1, "%s is not refused", argv[2]);
	first = MOST - left + 1;
	for (nth = first; nth < MOST; nth++) {
		failed = load(fd, "", nth, &left);
		if (left)
			break;
		survived += !failed;
	}
	printf("allocations %d to %d failed in turn, %d times it loaded all the same\n", first,
	       nth - 1, survived);
	if (failed || nth == first)
		errx(1, "%s", failed ? "it does not load" : "no allocation failed");
	return 0;
}
