// SPDX-License-Identifier: GPL-2.0
/*
 * Cgroups that are made, limited, filled, left and removed in no order, hundreds
 * a second: all that a busy host does to memcgs, in a minute.
 *
 * usage: churn -t SECONDS [-s SEED] [-p PARENT] [-d DIR]
 *
 * A cgroup has up to 32 children in two levels. Of each it is drawn what happens
 * next: it gets a limit, or memory from a process that joins it (page cache, dirty
 * or written, anonymous, mlocked, of a socket, of a tmpfs), which leaves or dies
 * afterwards, or it is removed. Limits may be too small: processes that the kernel
 * kills for that are counted. All that is made is removed in the end. Prints
 * "made=N removed=N steps=N killed=N".
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "draw.h"
#include "guest.h"

#define TOPS 8
#define LEAVES 4
#define SLOTS (TOPS * (LEAVES + 1))

static const char *root, *parent = "churn", *dir = "/scratch/churn";
static bool exists[SLOTS];
static unsigned long made, removed, steps, killed;
static uint64_t state;

static uint32_t draw(uint32_t below)
{
	return (next_drawn(&state) >> 32) % below;
}

/* Slots below TOPS are the first level, the children of each lie behind them. */
static int top_of(int slot)
{
	return slot < TOPS ? slot : (slot - TOPS) / LEAVES;
}

static const char *path_of(int slot, const char *file)
{
	static char path[PATH_MAX];
	int length = snprintf(path, sizeof(path), "%s/%s/%d", root, parent,
			      top_of(slot));

	if (slot >= TOPS)
		length += snprintf(path + length, sizeof(path) - length, "/%d", slot);
	if (file)
		snprintf(path + length, sizeof(path) - length, "/%s", file);
	return path;
}

static void make(int slot)
{
	if (exists[slot])
		return;
	if (slot >= TOPS) {
		make(top_of(slot));
		/* Not while there are processes in it; then it stays without. */
		try_write(path_of(top_of(slot), "cgroup.subtree_control"), "+memory");
	}
	if (mkdir(path_of(slot, NULL), 0755))
		err(1, "mkdir %s", path_of(slot, NULL));
	exists[slot] = true;
	made++;
}

static void drop(int slot)
{
	if (!exists[slot])
		return;
	if (slot < TOPS)
		for (int child = 0; child < LEAVES; child++)
			drop(TOPS + slot * LEAVES + child);
	if (rmdir(path_of(slot, NULL)))
		err(1, "rmdir %s", path_of(slot, NULL));
	exists[slot] = false;
	removed++;
}

static void set_limit(int slot)
{
	static const char *const files[] = {
		"memory.max", "memory.high", "memory.limit_in_bytes",
	};
	char text[32];

	if (draw(4))
		snprintf(text, sizeof(text), "%u", (1 + draw(16)) << 20);
	else
		snprintf(text, sizeof(text), "-1");
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
		try_write(path_of(slot, files[i]), *text == '-' && i < 2 ? "max" : text);
}

static void fill_file(const char *name, size_t bytes, bool written)
{
	static char block[65536];
	int fd = open(name, O_RDWR | O_CREAT, 0644);

	if (fd < 0)
		err(1, "%s", name);
	for (size_t done = 0; done < bytes; done += sizeof(block))
		if (write(fd, block, sizeof(block)) < 0)
			break;
	if (written)
		fdatasync(fd);
	close(fd);
}

static void fill_memory(size_t bytes, bool lock)
{
	char *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		return;
	if (lock)
		mlock(memory, bytes);
	for (size_t i = 0; i < bytes; i += 4096)
		memory[i] = 1;
}

/* Nobody reads them; they go with the socket. */
static void fill_socket(void)
{
	static char datagram[1400];
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, ends))
		return;
	while (send(ends[0], datagram, sizeof(datagram), 0) > 0)
		;
}

static void work(int slot, uint32_t kind, uint32_t file, size_t bytes)
{
	char name[PATH_MAX];
	bool shm = kind == 4;

	if (!try_write(path_of(slot, "cgroup.procs"), "0"))
		return;
	snprintf(name, sizeof(name), "%s/%u", shm ? "/dev/shm/churn" : dir, file);
	switch (kind) {
	case 0: case 4: fill_file(name, bytes, false); break;
	case 1: fill_file(name, bytes, true); break;
	case 2: fill_memory(bytes, false); break;
	case 3: fill_memory(bytes, true); break;
	case 5: fill_socket(); break;
	default: unlink(name); break;
	}
	/* Half of them leave before they end; what they were charged stays. */
	if (file % 2)
		join(root);
}

static void fill(int slot)
{
	uint32_t kind = draw(7), file = draw(64);
	size_t bytes = (1 + draw(16)) * 65536;
	int status;
	pid_t pid = fork();

	if (pid < 0)
		err(1, "fork");
	if (!pid) {
		work(slot, kind, file, bytes);
		_exit(0);
	}
	if (waitpid(pid, &status, 0) != pid)
		err(1, "waitpid");
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
		killed++;
	else if (status)
		errx(1, "a child ended with status %#x", status);
}

static void step(void)
{
	int slot = draw(SLOTS);

	steps++;
	switch (draw(8)) {
	case 0: make(slot); set_limit(slot); break;
	case 1: case 2: drop(slot); break;
	default: make(slot); fill(slot); break;
	}
}

int main(int argc, char **argv)
{
	uint64_t duration = 0, begin;
	char path[PATH_MAX];
	int option;

	state = 1;
	while ((option = getopt(argc, argv, "t:s:p:d:")) != -1) {
		switch (option) {
		case 't': duration = number(optarg, 1, 86400) * SECOND_NS; break;
		case 's': state = number(optarg, 1, LONG_MAX); break;
		case 'p': parent = optarg; break;
		case 'd': dir = optarg; break;
		default: return 2;
		}
	}
	if (!duration || optind < argc)
		errx(2, "usage: churn -t SECONDS [-s SEED] [-p PARENT] [-d DIR]");
	root = memcg_root();
	snprintf(path, sizeof(path), "%s/%s", root, parent);
	make_dir(path);
	snprintf(path, sizeof(path), "%s/%s/cgroup.subtree_control", root, parent);
	try_write(path, "+memory");
	make_dir(dir);
	make_dir("/dev/shm/churn");
	for (begin = now_ns(); now_ns() - begin < duration;)
		step();
	for (int slot = 0; slot < SLOTS; slot++)
		drop(slot);
	printf("made=%lu removed=%lu steps=%lu killed=%lu\n", made, removed,
	       steps, killed);
	return 0;
}
