// SPDX-License-Identifier: GPL-2.0
/* usage: as-nobody COMMAND [ARG...]: runs it without any privileges. */
#define _DEFAULT_SOURCE
#include <err.h>
#include <grp.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	if (argc < 2)
		errx(2, "usage: as-nobody COMMAND [ARG...]");
	if (setgroups(0, NULL) || setgid(65534) || setuid(65534))
		err(1, "cannot drop privileges");
	execvp(argv[1], argv + 1);
	err(127, "%s", argv[1]);
}
