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
#include "fail_nth.h"
#include "guest.h"
#include <sys/syscall.h>

#define MOST 10000

static int nth_fd;

/* load(FD, PARAMETERS, NTH, &left): left is 0 when an allocation has failed */
static int load(int fd, const char *parameters, int nth, int *left)
{
	int failed;

	fail_nth_set(nth_fd, nth);
	failed = syscall(SYS_finit_module, fd, parameters, 0) != 0;
	*left = fail_nth_end(nth_fd);
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
	if (fd < 0)
		err(1, "%s", argv[1]);
	nth_fd = fail_nth_open();
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
