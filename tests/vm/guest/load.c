// SPDX-License-Identifier: GPL-2.0
/*
 * One workload inside a cgroup, and the latencies that it sees.
 *
 * usage: load -c CGROUPDIR -f FILE -t SECONDS [-m read|pages|ahead|dirty|anon|touch]
 *             [-b READ_BYTES] [-r MB_PER_S] [-l LATE_US]
 *
 * read streams FILE from begin to end again and again; pages does so without
 * readahead, so that kernels with large folios charge single pages; ahead has it
 * read ahead and looks at none of it, which fills fastest; dirty overwrites the
 * first 128 MB of FILE without end; anon, without FILE, faults in 4 MB of
 * anonymous memory every 19.7 ms and gives it back, its latencies are those of
 * single pages, with those of whole bursts behind them; touch is anon without a
 * pause. A MB is 2^20 bytes; -r 0, the default, is as fast as it goes. Samples above LATE_US are written
 * into the kernel's trace, "late BEGIN_NS END_NS".
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "guest.h"

#define DIRTY_BYTES (128 * MB)
#define BURST_BYTES (4 * MB)
/* No multiple of a tick: bursts begin anywhere between two of them. */
#define BURST_PERIOD_NS 19700000

/*
 * Each power of two has 256 buckets, so that a value is off by 0.2 % at most.
 * Samples themselves would be charged to the cgroup that is measured.
 */
#define SUB_BITS 8
#define SUB_COUNT (1U << SUB_BITS)

enum mode { READ, PAGES, AHEAD, DIRTY, ANON, TOUCH, MODES };

static const char *const names[] = { "read", "pages", "ahead", "dirty", "anon", "touch" };

struct histogram {
	uint64_t count, max;
	uint32_t bucket[(64 - SUB_BITS + 1) * SUB_COUNT];
};

static struct histogram latency, bursts;
static uint64_t begin, bytes;
static uint64_t late_ns;
static int marker_fd = -1;

static void add_sample(struct histogram *histogram, uint64_t ns)
{
	int shift = 0;

	if (ns >= SUB_COUNT)
		shift = 63 - __builtin_clzll(ns) - SUB_BITS;
	/* ns >> shift has SUB_BITS + 1 bits, so that the next shift goes on behind. */
	histogram->bucket[shift * SUB_COUNT + (ns >> shift)]++;
	histogram->count++;
	if (ns > histogram->max)
		histogram->max = ns;
}

static void open_marker(void)
{
	marker_fd = open("/sys/kernel/tracing/trace_marker", O_WRONLY);
	if (marker_fd < 0)
		err(1, "trace_marker");
}

/* One operation of the workload, which is over. */
static void note(uint64_t before)
{
	uint64_t after = now_ns();

	add_sample(&latency, after - before);
	if (late_ns && after - before > late_ns)
		dprintf(marker_fd, "late %llu %llu\n",
			(unsigned long long)before, (unsigned long long)after);
}

/* The middle of the bucket that has the sample of this rank, in us. */
static double percentile(const struct histogram *histogram, double share)
{
	uint64_t rank = share * histogram->count, seen = 0, ns;
	unsigned int i, shift;

	if (!histogram->count)
		return 0;
	for (i = 0; seen <= rank; i++)
		seen += histogram->bucket[i];
	i--;
	shift = i < 2 * SUB_COUNT ? 0 : i / SUB_COUNT - 1;
	ns = (uint64_t)(i - shift * SUB_COUNT) << shift;
	ns += (1ULL << shift) / 2;
	return (ns < histogram->max ? ns : histogram->max) / 1e3;
}

static void print_latencies(const char *prefix, const struct histogram *from)
{
	printf(" %sn=%llu %sp50_us=%.1f %sp99_us=%.1f %sp999_us=%.1f %smax_us=%.1f",
	       prefix, (unsigned long long)from->count, prefix,
	       percentile(from, 0.5), prefix, percentile(from, 0.99), prefix,
	       percentile(from, 0.999), prefix, from->max / 1e3);
}

/* Bytes of the file that are in use now; 0: at its end. */
static ssize_t operate(int fd, enum mode mode, char *buffer, size_t block,
		       off_t offset, off_t size)
{
	switch (mode) {
	case DIRTY:
		return write(fd, buffer, block);
	case AHEAD:
		errno = posix_fadvise(fd, offset, block, POSIX_FADV_WILLNEED);
		if (errno)
			return -1;
		return offset < size ? block : 0;
	default:
		return read(fd, buffer, block);
	}
}

static void stream(const char *path, enum mode mode, size_t block,
		   uint64_t rate, uint64_t duration)
{
	bool dirty = mode == DIRTY;
	int fd = open(path, dirty ? O_WRONLY | O_CREAT | O_TRUNC : O_RDONLY, 0644);
	char *buffer = malloc(block);
	size_t offset = 0;
	struct stat status;
	uint64_t before;
	ssize_t part;

	if (fd < 0 || !buffer || fstat(fd, &status))
		err(1, "%s", path);
	if (mode == PAGES)
		posix_fadvise(fd, 0, 0, POSIX_FADV_RANDOM);
	/* The faults of the buffer are not latencies of reads. */
	memset(buffer, 1, block);
	begin = now_ns();
	for (before = begin; before - begin < duration; before = now_ns()) {
		part = operate(fd, mode, buffer, block, offset, status.st_size);
		if (part < 0)
			err(1, "%s", path);
		if (!part && !offset)
			errx(1, "%s: empty", path);
		if (part)
			note(before);
		offset += part;
		bytes += part;
		if (!part || (dirty && offset + block > DIRTY_BYTES)) {
			lseek(fd, 0, SEEK_SET);
			offset = 0;
		}
		if (rate)
			sleep_until(begin + (double)bytes / rate * SECOND_NS);
	}
}

static void burst(size_t page)
{
	uint64_t first = now_ns(), before;
	char *memory = mmap(NULL, BURST_BYTES, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		err(1, "mmap");
	/* Else a fault may bring 2 MB. It fails on kernels that never do that. */
	madvise(memory, BURST_BYTES, MADV_NOHUGEPAGE);
	for (size_t i = 0; i < BURST_BYTES; i += page) {
		before = now_ns();
		((volatile char *)memory)[i] = 1;
		note(before);
	}
	add_sample(&bursts, now_ns() - first);
	bytes += BURST_BYTES;
	munmap(memory, BURST_BYTES);
}

static void fault_in(uint64_t duration, uint64_t period)
{
	size_t page = sysconf(_SC_PAGESIZE);
	uint64_t next = begin = now_ns(), now;

	while (next - begin < duration) {
		burst(page);
		/* One that takes longer delays the next, and is not made up for. */
		next += period;
		now = now_ns();
		if (next < now)
			next = now;
		sleep_until(next);
	}
}

static enum mode mode_of(const char *name)
{
	enum mode mode = READ;

	while (mode < MODES && strcmp(name, names[mode]))
		mode++;
	return mode;
}

int main(int argc, char **argv)
{
	const char *cgroup = NULL, *file = NULL;
	uint64_t duration = 0, block = 65536, rate = 0;
	enum mode mode = READ;
	bool faults;
	double seconds;
	int option;

	while ((option = getopt(argc, argv, "c:f:t:b:r:m:l:")) != -1) {
		switch (option) {
		case 'c': cgroup = optarg; break;
		case 'f': file = optarg; break;
		case 't': duration = number(optarg, 1, 86400) * SECOND_NS; break;
		case 'b': block = number(optarg, 1, 16 * MB); break;
		case 'r': rate = number(optarg, 0, MB) * MB; break;
		case 'm': mode = mode_of(optarg); break;
		case 'l': late_ns = number(optarg, 1, 10000000) * 1000; break;
		default: return 2;
		}
	}
	faults = mode == ANON || mode == TOUCH;
	if (!cgroup || !duration || mode == MODES || (!faults && !file) ||
	    optind < argc)
		errx(2, "usage: load -c CGROUPDIR -f FILE -t SECONDS [-m read|pages|ahead|dirty|anon|touch] [-b READ_BYTES] [-r MB_PER_S] [-l LATE_US]");
	if (late_ns)
		open_marker();
	join(cgroup);
	if (faults)
		fault_in(duration, mode == ANON ? BURST_PERIOD_NS : 0);
	else
		stream(file, mode, block, rate, duration);
	seconds = (now_ns() - begin) / 1e9;
	printf("mode=%s bytes=%llu seconds=%.3f mb_per_s=%.2f", names[mode],
	       (unsigned long long)bytes, seconds, bytes / seconds / MB);
	print_latencies("", &latency);
	if (faults)
		print_latencies("burst_", &bursts);
	putchar('\n');
	return 0;
}
