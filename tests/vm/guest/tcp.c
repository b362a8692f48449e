// SPDX-License-Identifier: GPL-2.0
/*
 * A TCP stream into a memcg at its limit: a receiver inside of it that reads
 * all that comes, a sender on loopback outside that never stops.
 *
 * usage: tcp -c CGROUPDIR -t SECONDS [-g STALL_MS]
 *
 * Prints the throughput, how often nothing came for STALL_MS (100) or longer,
 * how long that was in all, and the longest time.
 */
#include <arpa/inet.h>
#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"


static char block[65536];

static int listen_here(struct sockaddr_in *address)
{
	socklen_t length = sizeof(*address);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	address->sin_family = AF_INET;
	address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || bind(fd, (struct sockaddr *)address, length) ||
	    listen(fd, 1) || getsockname(fd, (struct sockaddr *)address, &length))
		err(1, "receiver's socket");
	return fd;
}

static void send_without_end(const struct sockaddr_in *address)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || connect(fd, (const struct sockaddr *)address, sizeof(*address)))
		err(1, "sender's socket");
	/* The receiver closes its end when the time is over. */
	signal(SIGPIPE, SIG_IGN);
	while (send(fd, block, sizeof(block), 0) > 0)
		;
	exit(0);
}

static void receive(int fd, uint64_t duration, uint64_t stall_ns)
{
	uint64_t begin = now_ns(), last = begin, now = begin, gap;
	uint64_t bytes = 0, stalls = 0, stalled = 0, longest = 0;
	ssize_t part;

	while (now - begin < duration) {
		part = recv(fd, block, sizeof(block), 0);
		if (part <= 0)
			err(1, "recv");
		bytes += part;
		now = now_ns();
		gap = now - last;
		last = now;
		if (gap > longest)
			longest = gap;
		if (gap < stall_ns)
			continue;
		stalls++;
		stalled += gap;
	}
	printf("tcp_mb_per_s=%.2f stalls=%llu stalled_ms=%llu longest_ms=%.1f\n",
	       bytes * 1e9 / (now - begin) / MB, (unsigned long long)stalls,
	       (unsigned long long)(stalled / MS_NS), longest / 1e6);
}

int main(int argc, char **argv)
{
	uint64_t duration = 0, stall_ns = 100 * MS_NS;
	struct sockaddr_in address = { 0 };
	const char *cgroup = NULL;
	int option, listener, fd;
	pid_t sender;

	while ((option = getopt(argc, argv, "c:t:g:")) != -1) {
		switch (option) {
		case 'c': cgroup = optarg; break;
		case 't': duration = number(optarg, 1, 3600) * SECOND_NS; break;
		case 'g': stall_ns = number(optarg, 1, 60000) * MS_NS; break;
		default: return 2;
		}
	}
	if (!cgroup || !duration || optind < argc)
		errx(2, "usage: tcp -c CGROUPDIR -t SECONDS [-g STALL_MS]");
	listener = listen_here(&address);
	sender = fork();
	if (sender < 0)
		err(1, "fork");
	if (!sender)
		send_without_end(&address);
	/* A socket's memory is charged to where it was accepted. */
	join(cgroup);
	fd = accept(listener, NULL, NULL);
	if (fd < 0)
		err(1, "accept");
	receive(fd, duration, stall_ns);
	close(fd);
	waitpid(sender, NULL, 0);
	return 0;
}
