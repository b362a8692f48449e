// SPDX-License-Identifier: GPL-2.0
/*
 * Makes zombie memcgs the way short jobs do: a cgroup, a file written from
 * inside, the cgroup removed while the page cache still refers to it.
 *
 * usage: zombies [-n COUNT] [-s BYTES] [-r PER_SECOND] [-d DIR] [-p PARENT]
 *                [-k file|sync|touch|shmem] [-c FIRST]
 *
 * The file is left dirty (file), or written back by its writer (sync), has no
 * pages at all (touch), or is on a tmpfs at DIR (shmem). Without fork: this
 * process moves into each cgroup and out again.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "guest.h"

static void make_file(const char *path, size_t bytes, int sync)
{
	static char block[65536];
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	if (fd < 0)
		err(1, "%s", path);
	while (bytes) {
		size_t part = bytes < sizeof(block) ? bytes : sizeof(block);

		if (write(fd, block, part) != (ssize_t)part)
			err(1, "write %s", path);
		bytes -= part;
	}
	if (sync && fsync(fd))
		err(1, "fsync %s", path);
	close(fd);
}

int main(int argc, char **argv)
{
	const char *root = memcg_root(), *dir = "/scratch/zombies", *parent = "jobs", *kind = "file";
	char base[PATH_MAX], cgroup[PATH_MAX + 64], file[PATH_MAX + 64];
	long count = 1000, rate = 0, first = 0;
	size_t bytes = 16384;
	uint64_t next;
	int option;

	while ((option = getopt(argc, argv, "n:s:r:d:p:k:c:")) != -1) {
		switch (option) {
		case 'n': count = number(optarg, 0, LONG_MAX); break;
		case 's': bytes = number(optarg, 0, LONG_MAX); break;
		case 'r': rate = number(optarg, 0, SECOND_NS); break;
		case 'd': dir = optarg; break;
		case 'p': parent = optarg; break;
		case 'k': kind = optarg; break;
		case 'c': first = number(optarg, 0, LONG_MAX); break;
		default: return 2;
		}
	}
	if (optind < argc ||
	    (strcmp(kind, "file") && strcmp(kind, "sync") &&
	     strcmp(kind, "touch") && strcmp(kind, "shmem")))
		errx(2, "usage: zombies [-n COUNT] [-s BYTES] [-r PER_SECOND] [-d DIR] [-p PARENT] [-k file|sync|touch|shmem] [-c FIRST]");
	snprintf(base, sizeof(base), "%s/%s", root, parent);
	make_dir(base);
	snprintf(cgroup, sizeof(cgroup), "%s/cgroup.subtree_control", base);
	if (!access(cgroup, W_OK))
		write_file(cgroup, "+memory");
	make_dir(dir);

	next = now_ns();
	for (long i = first; i < first + count; i++) {
		snprintf(cgroup, sizeof(cgroup), "%s/job-%ld", base, i);
		/* Directories of a usual size. */
		snprintf(file, sizeof(file), "%s/%ld", dir, i / 1000);
		if (!(i % 1000) || i == first)
			make_dir(file);
		snprintf(file, sizeof(file), "%s/%ld/%ld", dir, i / 1000, i);
		if (mkdir(cgroup, 0755))
			err(1, "mkdir %s", cgroup);
		join(cgroup);
		make_file(file, strcmp(kind, "touch") ? bytes : 0,
			  !strcmp(kind, "sync"));
		join(root);
		if (rmdir(cgroup))
			err(1, "rmdir %s", cgroup);
		if (rate) {
			next += SECOND_NS / rate;
			sleep_until(next);
		}
	}
	return 0;
}
