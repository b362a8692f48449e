// SPDX-License-Identifier: GPL-2.0
/*
 * Fragments the memory of the host, and keeps it so until it is killed.
 *
 * usage: fragment -c CGROUPDIR -d DIR -o ORDER -b BLOCKS -f FREE_PERCENT
 *
 * Small files in DIR fill the memory with page cache, charged to the cgroup, with
 * a page of a pipe behind each, which can't be moved. Five of eight files are
 * dropped from the cache and every other pipe is closed then, which leaves free
 * memory in small pieces. What large blocks there are go into packet rings, until fewer than
 * BLOCKS of 2^ORDER pages are free, larger ones counted as several. Says
 *
 *   fragment files=N pipes=N rings=N blocks=N free_percent=N
 *
 * then, or ends with 1 when less than FREE_PERCENT of the memory is free. Reads
 * holes, which needs no disk. The kernel's own compaction in the background
 * (vm.compaction_proactiveness) undoes it, and has to be off.
 */
#include <linux/if_packet.h>
#include <net/if.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "guest.h"

#define FILE_PAGES 8
#define FILES_MAX 400000
#define PIPE_PAGES 16
/* Left when the memory counts as full: above what has kswapd run. */
#define FULL_PERCENT 12
#define RINGS_MAX 64

static const char *dir;
static size_t page;
static unsigned int files, pipes, rings;
static int (*pipe_ends)[2];
static char buffer[65536];

/* "MemFree:" and the like, in KB. */
static unsigned long meminfo(const char *name)
{
	FILE *file = fopen("/proc/meminfo", "r");
	char line[128];
	unsigned long kb = 0;

	if (!file)
		err(1, "/proc/meminfo");
	while (fgets(line, sizeof(line), file))
		if (!strncmp(line, name, strlen(name)))
			kb = strtoul(line + strlen(name), NULL, 10);
	fclose(file);
	return kb;
}

static unsigned int free_percent(void)
{
	return meminfo("MemFree:") * 100 / meminfo("MemTotal:");
}

/* Of all zones but DMA, which is kept for others. */
static unsigned long free_blocks(unsigned int order)
{
	FILE *file = fopen("/proc/buddyinfo", "r");
	char line[512], zone[32], *at;
	unsigned long blocks = 0, count;
	unsigned int i;
	int used;

	if (!file)
		err(1, "/proc/buddyinfo");
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "Node %*u, zone %31s%n", zone, &used) != 1)
			errx(1, "/proc/buddyinfo: %s", line);
		at = line + used;
		for (i = 0; sscanf(at, " %lu%n", &count, &used) == 1; i++) {
			if (i >= order && strcmp(zone, "DMA"))
				blocks += count << (i - order);
			at += used;
		}
	}
	fclose(file);
	return blocks;
}

static void path_of(unsigned int i, char *path, size_t size)
{
	snprintf(path, size, "%s/%u/%u", dir, i / 1000, i);
}

static void read_small_file(unsigned int i)
{
	char path[PATH_MAX];
	int fd;

	if (i % 1000 == 0) {
		snprintf(path, sizeof(path), "%s/%u", dir, i / 1000);
		make_dir(path);
	}
	path_of(i, path, sizeof(path));
	fd = open(path, O_RDWR | O_CREAT, 0644);
	if (fd < 0 || ftruncate(fd, FILE_PAGES * page) ||
	    read(fd, buffer, FILE_PAGES * page) != (ssize_t)(FILE_PAGES * page))
		err(1, "%s", path);
	close(fd);
}

/* A page behind each file; a new pipe when the last one is full. */
static void pin_a_page(unsigned int i)
{
	int *ends;

	if (i % PIPE_PAGES == 0) {
		if (pipe2(pipe_ends[pipes], O_CLOEXEC | O_NONBLOCK))
			err(1, "pipe %u", pipes);
		pipes++;
	}
	ends = pipe_ends[pipes - 1];
	if (write(ends[1], buffer, page) != (ssize_t)page)
		err(1, "write to a pipe");
}

static void fill(void)
{
	while (files < FILES_MAX && (files % 64 || free_percent() > FULL_PERCENT)) {
		read_small_file(files);
		pin_a_page(files++);
	}
}

static void punch(void)
{
	char path[PATH_MAX];
	unsigned int i;
	int fd;

	/* What is dirty stays: the new files' inodes, not their holes. */
	for (i = 0; i < files; i++) {
		if (i % 2 && i % 8 != 1)
			continue;
		path_of(i, path, sizeof(path));
		fd = open(path, O_RDONLY);
		if (fd < 0)
			err(1, "%s", path);
		posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
		close(fd);
	}
	for (i = 0; i < pipes; i += 2) {
		close(pipe_ends[i][0]);
		close(pipe_ends[i][1]);
	}
}

/* Returns false when there is no such block any more, or not so many. */
static bool ring(unsigned int order, unsigned long blocks)
{
	struct tpacket_req request = {
		.tp_block_size = page << order,
		.tp_block_nr = blocks,
		.tp_frame_size = page,
		.tp_frame_nr = blocks << order,
	};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	if (fd < 0)
		err(1, "packet socket");
	if (setsockopt(fd, SOL_PACKET, PACKET_RX_RING, &request, sizeof(request))) {
		close(fd);
		return false;
	}
	rings++;
	return true;
}

static void grab(unsigned int order, unsigned long blocks)
{
	unsigned long left;

	/* Some stay: where the last one is asked for, the kernel makes more. */
	while (rings < RINGS_MAX) {
		left = free_blocks(order);
		if (left < blocks || !ring(order, left - blocks / 2))
			return;
	}
}

int main(int argc, char **argv)
{
	const struct rlimit many = { 65536, 65536 };
	unsigned long blocks = 0, left;
	const char *cgroup = NULL;
	unsigned int order = 0, least = 0;
	int option;

	while ((option = getopt(argc, argv, "c:d:o:b:f:")) != -1) {
		switch (option) {
		case 'c': cgroup = optarg; break;
		case 'd': dir = optarg; break;
		case 'o': order = number(optarg, 1, 9); break;
		case 'b': blocks = number(optarg, 1, 1000000); break;
		case 'f': least = number(optarg, 1, 90); break;
		default: return 2;
		}
	}
	if (!cgroup || !dir || !order || !blocks || !least || optind < argc)
		errx(2, "usage: fragment -c CGROUPDIR -d DIR -o ORDER -b BLOCKS -f FREE_PERCENT");
	page = sysconf(_SC_PAGESIZE);
	pipe_ends = calloc(FILES_MAX / PIPE_PAGES + 1, sizeof(*pipe_ends));
	if (!pipe_ends || setrlimit(RLIMIT_NOFILE, &many))
		err(1, "setting up");
	make_dir(dir);
	join(cgroup);
	fill();
	punch();
	grab(order, blocks);
	left = free_blocks(order);
	printf("fragment files=%u pipes=%u rings=%u blocks=%lu free_percent=%u\n",
	       files, pipes, rings, left, free_percent());
	fflush(stdout);
	if (left >= blocks || free_percent() < least)
		return 1;
	pause();
	return 0;
}
