// SPDX-License-Identifier: GPL-2.0
/*
 * Datagrams that a memcg at its limit refuses: a receiver inside of it that
 * empties its socket now and then, a sender on loopback outside.
 *
 * usage: udp -c CGROUPDIR -t SECONDS [-n DATAGRAMS_PER_S] [-s BYTES]
 *            [-d DRAIN_MS]
 *
 * Counts are those of the whole host, and so is what is printed. A datagram that
 * found the socket's own buffer full is an rcvbuf_error and not refused.
 */
#include <arpa/inet.h>
#include <err.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "guest.h"

#define BYTES_MAX 65507
#define RECEIVE_BUFFER (64 << 20)

struct counters {
	uint64_t received, in_errors, rcvbuf_errors;
};

static char datagram[BYTES_MAX];

/* A line of names and one of values; which columns there are, kernels differ. */
static void read_counters(struct counters *counters)
{
	char names[1024], values[1024], *name, *value, *name_at, *value_at;
	FILE *file = fopen("/proc/net/snmp", "r");

	if (!file)
		err(1, "/proc/net/snmp");
	do {
		if (!fgets(names, sizeof(names), file) ||
		    !fgets(values, sizeof(values), file))
			errx(1, "/proc/net/snmp: no line of Udp");
	} while (strncmp(names, "Udp: ", 5));
	fclose(file);
	name = strtok_r(names, " \n", &name_at);
	value = strtok_r(values, " \n", &value_at);
	while (name && value) {
		if (!strcmp(name, "InDatagrams"))
			counters->received = strtoull(value, NULL, 10);
		else if (!strcmp(name, "InErrors"))
			counters->in_errors = strtoull(value, NULL, 10);
		else if (!strcmp(name, "RcvbufErrors"))
			counters->rcvbuf_errors = strtoull(value, NULL, 10);
		name = strtok_r(NULL, " \n", &name_at);
		value = strtok_r(NULL, " \n", &value_at);
	}
}

/* Tells the sender its address over the control socket, whose end ends it. */
static void receive(const char *cgroup, int control, uint64_t drain_ns)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	struct pollfd until = { .fd = control, .events = POLLIN };
	socklen_t length = sizeof(address);
	int size = RECEIVE_BUFFER, udp;
	uint64_t next, now;

	/* A socket's memory is charged to where its creator is. */
	join(cgroup);
	udp = socket(AF_INET, SOCK_DGRAM, 0);
	if (udp < 0 || bind(udp, (struct sockaddr *)&address, length) ||
	    getsockname(udp, (struct sockaddr *)&address, &length))
		err(1, "receiver's socket");
	if (setsockopt(udp, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		err(1, "SO_RCVBUFFORCE");
	if (write(control, &address, sizeof(address)) != sizeof(address))
		err(1, "control socket");
	for (next = now_ns() + drain_ns;; next += drain_ns) {
		now = now_ns();
		if (next < now)
			next = now;
		poll(&until, 1, (next - now) / MS_NS);
		while (recv(udp, datagram, sizeof(datagram), MSG_DONTWAIT) >= 0)
			;
		if (until.revents)
			return;
	}
}

/* As many a ms as are due, so that a late ms is made up for by the next. */
static uint64_t send_all(int udp, uint64_t rate, size_t size, uint64_t duration)
{
	uint64_t begin = now_ns(), passed = 0, sent = 0, due;

	while (passed < duration) {
		passed += MS_NS;
		sleep_until(begin + passed);
		for (due = passed * rate / SECOND_NS; sent < due; sent++)
			if (send(udp, datagram, size, 0) < 0)
				err(1, "send");
	}
	return sent;
}

int main(int argc, char **argv)
{
	uint64_t duration = 0, rate = 10000, size = 1400, drain = 300 * MS_NS, sent;
	struct counters before = { 0 }, after = { 0 };
	struct sockaddr_in address;
	const char *cgroup = NULL;
	int option, control[2], udp, status;
	pid_t receiver;

	while ((option = getopt(argc, argv, "c:t:n:s:d:")) != -1) {
		switch (option) {
		case 'c': cgroup = optarg; break;
		case 't': duration = number(optarg, 1, 3600) * SECOND_NS; break;
		case 'n': rate = number(optarg, 1, 1000000); break;
		case 's': size = number(optarg, 1, BYTES_MAX); break;
		case 'd': drain = number(optarg, 1, 60000) * MS_NS; break;
		default: return 2;
		}
	}
	if (!cgroup || !duration || optind < argc)
		errx(2, "usage: udp -c CGROUPDIR -t SECONDS [-n DATAGRAMS_PER_S] [-s BYTES] [-d DRAIN_MS]");
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, control))
		err(1, "socketpair");
	/* Only a process of its own has a memcg of its own. */
	receiver = fork();
	if (receiver < 0)
		err(1, "fork");
	close(control[!receiver ? 0 : 1]);
	if (!receiver) {
		receive(cgroup, control[1], drain);
		return 0;
	}
	if (read(control[0], &address, sizeof(address)) != sizeof(address))
		errx(1, "the receiver did not start");
	udp = socket(AF_INET, SOCK_DGRAM, 0);
	if (udp < 0 || connect(udp, (struct sockaddr *)&address, sizeof(address)))
		err(1, "sender's socket");

	read_counters(&before);
	sent = send_all(udp, rate, size, duration);
	/* What a softirq has yet to deliver gets there before the last drain. */
	sleep_until(now_ns() + 100 * MS_NS);
	close(control[0]);
	if (waitpid(receiver, &status, 0) < 0 || status)
		errx(1, "the receiver failed");
	/* The kernel counts a datagram as received when it is read. */
	read_counters(&after);
	after.received -= before.received;
	after.in_errors -= before.in_errors;
	after.rcvbuf_errors -= before.rcvbuf_errors;
	printf("sent=%llu received=%llu in_errors=%llu rcvbuf_errors=%llu refused=%llu\n",
	       (unsigned long long)sent, (unsigned long long)after.received,
	       (unsigned long long)after.in_errors,
	       (unsigned long long)after.rcvbuf_errors,
	       (unsigned long long)(after.in_errors - after.rcvbuf_errors));
	return 0;
}
