// SPDX-License-Identifier: GPL-2.0
/*
 * Measures in the test VM what a write to some file costs the whole system.
 *
 * usage: benchmeter measure SECONDS CGROUP LIVE PID TIMES FILE TEXT
 *	  benchmeter stat DIRECTORY...
 *	  benchmeter dump
 *	  benchmeter time ENTRIES COMMAND [ARG...]
 *	  benchmeter tick FILE
 *
 * measure: a window of SECONDS without the write, one with it, one line of
 *	key=value pairs. The write is repeated up to TIMES while more than
 *	1 % of the zombies below CGROUP are left. LIVE is the cgroup whose page
 *	cache should stay, PID the thread that does the work (0: the writer).
 * stat: reads memory.stat in each directory.
 * dump: asks kmemcgd for all zombies.
 * time: runs a command that prints so many entries, without its output.
 * tick: appends a byte a second for ever.
 *
 * stat, dump and time print CPU time: what else runs does not count.
 *
 * One process does the whole of a measurement, for each fork costs
 * milliseconds under emulation and would be counted.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/genetlink.h>
#include <linux/kmemcgd.h>
#include <linux/netlink.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct snapshot {
	uint64_t wall_ns;
	uint64_t idle_ns;	/* of all CPUs */
	uint64_t tasks_ns;	/* run by tasks, all CPUs, /proc/schedstat */
	uint64_t caller_ns;
	uint64_t thread_ns;	/* of PID, its schedstat */
	uint64_t zombies;
	uint64_t live_bytes;
};

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * 1000000000ull + now.tv_nsec;
}

static char text[1 << 20];

static char *read_file(const char *path)
{
	int fd = open(path, O_RDONLY);
	size_t length = 0;
	ssize_t part;

	if (fd < 0)
		err(1, "%s", path);
	while ((part = read(fd, text + length, sizeof(text) - 1 - length)) > 0)
		length += part;
	if (part < 0 || length == sizeof(text) - 1)
		err(1, "read %s", path);
	close(fd);
	text[length] = 0;
	return text;
}

/* The number behind a key at the beginning of a line. */
static uint64_t read_keyed(const char *directory, const char *file, const char *key)
{
	size_t length = strlen(key);
	char path[PATH_MAX], *line, *rest;

	snprintf(path, sizeof(path), "%s/%s", directory, file);
	rest = read_file(path);
	while ((line = strsep(&rest, "\n")))
		if (!strncmp(line, key, length) && line[length] == ' ')
			return strtoull(line + length, NULL, 10);
	errx(1, "%s: no %s", path, key);
}

/*
 * Of all CPUs. What interrupts do while a CPU is idle is not idle time; a CPU
 * that sleeps right now is behind, so this is exact with one CPU only. A kernel
 * without these lines counts in steps of 10 ms.
 */
static uint64_t read_idle_ns(void)
{
	unsigned long long user, nice, system, idle, iowait, part;
	char *line, *rest = read_file("/proc/timer_list");
	uint64_t sum = 0;

	while ((line = strsep(&rest, "\n")))
		if (sscanf(line, " .idle_sleeptime : %llu", &part) == 1 ||
		    sscanf(line, " .iowait_sleeptime: %llu", &part) == 1)
			sum += part;
	if (sum)
		return sum;
	if (sscanf(read_file("/proc/stat"), "cpu %llu %llu %llu %llu %llu",
		   &user, &nice, &system, &idle, &iowait) != 5)
		errx(1, "/proc/stat has another form");
	return (idle + iowait) * (1000000000ull / sysconf(_SC_CLK_TCK));
}

/* Field 7 of each CPU: time that tasks ran on it. */
static uint64_t read_tasks_ns(void)
{
	uint64_t sum = 0;
	char *line, *rest = read_file("/proc/schedstat");

	while ((line = strsep(&rest, "\n"))) {
		unsigned long long ran;

		if (sscanf(line, "cpu%*u %*u %*u %*u %*u %*u %*u %llu", &ran) == 1)
			sum += ran;
	}
	return sum;
}

static uint64_t read_thread_ns(int pid)
{
	char path[64];

	if (!pid)
		return 0;
	snprintf(path, sizeof(path), "/proc/%d/schedstat", pid);
	return strtoull(read_file(path), NULL, 10);
}

/* Reading the counts costs CPU, so it is kept out of what the clocks enclose. */
static void read_counts(struct snapshot *now, const char *cgroup, const char *live)
{
	now->zombies = read_keyed(cgroup, "cgroup.stat", "nr_dying_descendants");
	now->live_bytes = read_keyed(live, "memory.stat", "file");
}

static void read_clocks(struct snapshot *now, int pid)
{
	now->thread_ns = read_thread_ns(pid);
	now->tasks_ns = read_tasks_ns();
	now->idle_ns = read_idle_ns();
	now->caller_ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
	now->wall_ns = clock_ns(CLOCK_MONOTONIC);
}

static void sleep_until(uint64_t ns)
{
	struct timespec until = { ns / 1000000000, ns % 1000000000 };

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
}

static uint64_t busy_ns(const struct snapshot *from, const struct snapshot *to)
{
	uint64_t all_ns = (to->wall_ns - from->wall_ns) * sysconf(_SC_NPROCESSORS_ONLN);
	uint64_t idle_ns = to->idle_ns - from->idle_ns;

	return all_ns > idle_ns ? all_ns - idle_ns : 0;
}

static int write_file(const char *path, const char *what)
{
	int fd = open(path, O_WRONLY), failed;

	if (fd < 0)
		err(1, "%s", path);
	failed = write(fd, what, strlen(what)) < 0 ? errno : 0;
	close(fd);
	return failed;
}

static void measure(char **arg)
{
	uint64_t window_ns = strtoull(arg[0], NULL, 10) * 1000000000ull;
	const char *cgroup = arg[1], *live = arg[2], *file = arg[5], *what = arg[6];
	int pid = atoi(arg[3]), times = atoi(arg[4]), failed = 0, writes = 0;
	struct snapshot idle, before, after;
	uint64_t caller_ns, write_ns;

	read_counts(&before, cgroup, live);
	read_clocks(&idle, pid);
	sleep_until(idle.wall_ns + window_ns);
	read_clocks(&before, pid);
	do {
		failed = write_file(file, what);
		writes++;
	} while (writes < times && (!failed || failed == EAGAIN) &&
		 read_keyed(cgroup, "cgroup.stat", "nr_dying_descendants") * 100 >
		 before.zombies);
	caller_ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID) - before.caller_ns;
	write_ns = clock_ns(CLOCK_MONOTONIC) - before.wall_ns;
	/* What was let go of is released by others, a while later. */
	sleep_until(before.wall_ns + window_ns);
	read_clocks(&after, pid);
	read_counts(&after, cgroup, live);

	printf("before=%llu after=%llu live_before=%llu live_after=%llu "
	       "baseline_busy_ns=%llu busy_ns=%llu baseline_tasks_ns=%llu tasks_ns=%llu "
	       "caller_ns=%llu thread_ns=%llu write_ns=%llu writes=%d errno=%d\n",
	       (unsigned long long)before.zombies, (unsigned long long)after.zombies,
	       (unsigned long long)before.live_bytes, (unsigned long long)after.live_bytes,
	       (unsigned long long)busy_ns(&idle, &before),
	       (unsigned long long)busy_ns(&before, &after),
	       (unsigned long long)(before.tasks_ns - idle.tasks_ns),
	       (unsigned long long)(after.tasks_ns - before.tasks_ns),
	       (unsigned long long)caller_ns,
	       (unsigned long long)(after.thread_ns - before.thread_ns),
	       (unsigned long long)write_ns, writes, failed);
}

static void measure_stat(char **directories)
{
	uint64_t began_ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
	unsigned long long count = 0, bytes = 0;
	char path[PATH_MAX];

	for (; *directories; directories++, count++) {
		snprintf(path, sizeof(path), "%s/memory.stat", *directories);
		bytes += strlen(read_file(path));
	}
	printf("entries=%llu bytes=%llu ns=%llu\n", count, bytes,
	       (unsigned long long)(clock_ns(CLOCK_PROCESS_CPUTIME_ID) - began_ns));
}

struct request {
	struct nlmsghdr message;
	struct genlmsghdr generic;
	char attributes[64];
};

static void put(struct request *request, int type, const void *value, size_t size)
{
	struct nlattr *attr = (void *)((char *)request + request->message.nlmsg_len);

	attr->nla_type = type;
	attr->nla_len = NLA_HDRLEN + size;
	memcpy((char *)attr + NLA_HDRLEN, value, size);
	request->message.nlmsg_len += NLA_ALIGN(attr->nla_len);
}

static struct request request_for(uint16_t family, uint16_t flags, uint8_t command)
{
	struct request request = {
		.message = {
			.nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN),
			.nlmsg_type = family,
			.nlmsg_flags = NLM_F_REQUEST | flags,
		},
		.generic = { .cmd = command, .version = 1 },
	};

	return request;
}

/* Sends it and goes through the answers; returns how many messages there were. */
static uint64_t ask(int fd, const struct request *request, uint64_t *bytes, uint16_t *family)
{
	static char buffer[1 << 16];
	uint64_t count = 0;

	if (send(fd, request, request->message.nlmsg_len, 0) < 0)
		err(1, "netlink");
	for (;;) {
		struct nlmsghdr *message = (void *)buffer;
		int left = recv(fd, buffer, sizeof(buffer), 0);

		if (left < 0)
			err(1, "netlink");
		*bytes += left;
		for (; NLMSG_OK(message, left); message = NLMSG_NEXT(message, left)) {
			struct nlattr *attr = (void *)((char *)NLMSG_DATA(message) + GENL_HDRLEN);
			char *end = (char *)message + message->nlmsg_len;

			if (message->nlmsg_type == NLMSG_DONE)
				return count;
			if (message->nlmsg_type == NLMSG_ERROR)
				errx(1, "netlink: error %d", *(int *)NLMSG_DATA(message));
			count++;
			for (; (char *)attr < end;
			     attr = (void *)((char *)attr + NLA_ALIGN(attr->nla_len)))
				if (family && attr->nla_type == CTRL_ATTR_FAMILY_ID)
					*family = *(uint16_t *)((char *)attr + NLA_HDRLEN);
			if (family)
				return count;
		}
	}
}

static void measure_dump(void)
{
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC);
	struct request request = request_for(GENL_ID_CTRL, 0, CTRL_CMD_GETFAMILY);
	uint32_t state = KMEMCGD_STATE_ZOMBIE;
	uint64_t count, bytes = 0, began_ns;
	uint16_t family = 0;

	if (fd < 0)
		err(1, "netlink");
	put(&request, CTRL_ATTR_FAMILY_NAME, KMEMCGD_GENL_NAME, sizeof(KMEMCGD_GENL_NAME));
	ask(fd, &request, &bytes, &family);

	request = request_for(family, NLM_F_DUMP, KMEMCGD_CMD_GET_MEMCG);
	put(&request, KMEMCGD_A_MEMCG_STATE, &state, sizeof(state));
	bytes = 0;
	began_ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
	count = ask(fd, &request, &bytes, NULL);
	printf("entries=%llu bytes=%llu ns=%llu\n", (unsigned long long)count,
	       (unsigned long long)bytes,
	       (unsigned long long)(clock_ns(CLOCK_PROCESS_CPUTIME_ID) - began_ns));
}

static void measure_command(const char *entries, char **command)
{
	struct rusage used;
	pid_t child = fork();
	int status;

	if (!child) {
		if (!freopen("/dev/null", "w", stdout))
			err(127, "/dev/null");
		execvp(*command, command);
		err(127, "%s", *command);
	}
	if (child < 0 || wait4(child, &status, 0, &used) < 0 || status)
		errx(1, "%s failed", *command);
	printf("entries=%s ns=%llu\n", entries,
	       (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000000000ull +
		       (used.ru_utime.tv_usec + used.ru_stime.tv_usec) * 1000ull);
}

static void tick(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0644);

	if (fd < 0)
		err(1, "%s", path);
	while (write(fd, "x", 1) == 1)
		sleep(1);
	err(1, "write %s", path);
}

int main(int argc, char **argv)
{
	if (argc == 9 && !strcmp(argv[1], "measure"))
		measure(argv + 2);
	else if (argc > 2 && !strcmp(argv[1], "stat"))
		measure_stat(argv + 2);
	else if (argc == 2 && !strcmp(argv[1], "dump"))
		measure_dump();
	else if (argc > 3 && !strcmp(argv[1], "time"))
		measure_command(argv[2], argv + 3);
	else if (argc == 3 && !strcmp(argv[1], "tick"))
		tick(argv[2]);
	else
		errx(2, "usage: benchmeter measure|stat|dump|time|tick ...");
	return 0;
}
