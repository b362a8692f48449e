// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests without end that no well-meaning client sends: any command with any
 * of its attributes, values in their ranges and outside, and bytes that are wrong
 * anywhere. Says what came of them, and whether what must hold does: the
 * tunables stay in their ranges, and who has no privilege learns and changes
 * nothing.
 *
 * usage: kmemcgd-hostile [-n COUNT] [-s SEED] [-u] [-f] [-i ID]...
 *
 * -u: without privileges, in a user and a network namespace of its own for the
 * second half. -f: while each is delivered one allocation fails, where the kernel
 * has /proc/self/fail-nth. -i: an id of a cgroup that there is, for attributes that
 * name one.
 * On a plain netlink socket, since a library would mend the messages.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/genetlink.h>
#include <linux/kmemcgd.h>
#include <linux/netlink.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>

#include "draw.h"
#include "fail_nth.h"
#include "table.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof(*(array)))
#define MAX_IDS 16
#define MAX_ERRNO 256

/* With room for what a spoiled length makes it send. */
union request {
	struct nlmsghdr header;
	char bytes[4096];
};

/* The first allocation to fail is one of the first so many. */
#define FAIL_WITHIN 24

static int sock = -1, fail_nth_fd = -1;
static uint16_t family;
static bool privileged = true;
static uint64_t ids[MAX_IDS], state = 1;
static size_t id_count;
static unsigned long sent, answers[MAX_ERRNO], replies, secrets, lost, failed;
static uint32_t config[KMEMCGD_A_CONFIG_MAX + 1];

/* 0: any number */
static uint64_t draw(uint64_t below)
{
	uint64_t drawn = next_drawn(&state);

	return below ? (drawn >> 16) % below : drawn;
}

static void open_socket(void)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK };

	if (sock >= 0)
		close(sock);
	sock = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	if (sock < 0 || bind(sock, (struct sockaddr *)&address, sizeof(address)))
		err(2, "netlink");
}

static void begin(union request *request, uint8_t cmd, uint16_t flags)
{
	struct genlmsghdr *genl = NLMSG_DATA(&request->header);

	memset(request, 0, NLMSG_HDRLEN + GENL_HDRLEN);
	request->header.nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN);
	request->header.nlmsg_type = family;
	request->header.nlmsg_flags = NLM_F_REQUEST | flags;
	genl->cmd = cmd;
	genl->version = KMEMCGD_GENL_VERSION;
}

static void put(union request *request, uint16_t type, const void *data, size_t length)
{
	struct nlattr *attr = (void *)(request->bytes + request->header.nlmsg_len);

	if (request->header.nlmsg_len + NLA_HDRLEN + NLA_ALIGN(length) > sizeof(*request))
		return;
	attr->nla_type = type;
	attr->nla_len = (uint16_t)(NLA_HDRLEN + length);
	memcpy((char *)attr + NLA_HDRLEN, data, length);
	request->header.nlmsg_len += NLA_ALIGN(attr->nla_len);
}

/* In the range as often as not; else at its ends, beyond, or anything. */
static uint64_t value_of(const struct field *field)
{
	uint64_t span = field->max - field->min + 1;

	if (field->width == 8 && id_count && draw(2))
		return ids[draw(id_count)];
	switch (draw(8)) {
	case 0: return field->min - 1;
	case 1: return field->max + 1;
	case 2: return draw(2) ? field->min : field->max;
	case 3: return draw(0);
	default: return field->min + draw(span);
	}
}

static void put_field(union request *request, const struct field *field)
{
	static const size_t widths[] = { 0, 1, 2, 4, 8, 3, 64 };
	char text[300];
	uint64_t value = value_of(field);
	size_t width = field->width;

	if (!draw(16))
		width = widths[draw(ARRAY_SIZE(widths))];
	memset(text, 'x', sizeof(text));
	memcpy(text, &value, sizeof(value));
	put(request, field->id, text, width ? width : draw(sizeof(text)));
}

static void make_request(union request *request)
{
	static const uint16_t flags[] = { NLM_F_ACK, NLM_F_ACK, 0, NLM_F_DUMP, NLM_F_ECHO };
	uint8_t cmd = commands[draw(ARRAY_SIZE(commands))].id;

	begin(request, cmd, flags[draw(ARRAY_SIZE(flags))]);
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		if (fields[i].command == cmd && !draw(4))
			put_field(request, &fields[i]);
}

static void spoil(union request *request)
{
	struct genlmsghdr *genl = NLMSG_DATA(&request->header);
	uint32_t length = request->header.nlmsg_len;
	uint64_t noise = draw(0);

	switch (draw(7)) {
	case 0: genl->cmd = (uint8_t)draw(256); break;
	case 1: genl->version = (uint8_t)draw(256); break;
	case 2: request->header.nlmsg_flags = (uint16_t)draw(65536); break;
	case 3: put(request, (uint16_t)draw(65536), &noise, draw(9)); break;
	case 4: request->header.nlmsg_len = (uint32_t)(draw(length) + draw(2) * length); break;
	default:
		for (uint64_t i = 1 + draw(4); i; i--)
			request->bytes[NLMSG_HDRLEN + draw(length - NLMSG_HDRLEN)] =
				(char)draw(256);
		break;
	}
}

static void read_config(const struct nlmsghdr *header)
{
	const char *attr = (const char *)header + NLMSG_LENGTH(GENL_HDRLEN);
	const char *end = (const char *)header + header->nlmsg_len;

	while (attr < end) {
		const struct nlattr *head = (const void *)attr;

		if (head->nla_type <= KMEMCGD_A_CONFIG_MAX && head->nla_len == NLA_HDRLEN + 4)
			memcpy(&config[head->nla_type], attr + NLA_HDRLEN, 4);
		attr += NLA_ALIGN(head->nla_len);
	}
}

static bool is_admins(uint8_t cmd)
{
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		if (commands[i].id == cmd)
			return commands[i].admin;
	return false;
}

static void read_message(const struct nlmsghdr *header)
{
	const struct genlmsghdr *genl = NLMSG_DATA(header);
	int error;

	if (header->nlmsg_type == NLMSG_ERROR || header->nlmsg_type == NLMSG_DONE) {
		memcpy(&error, NLMSG_DATA(header), sizeof(error));
		answers[-error < MAX_ERRNO ? -error : 0]++;
	} else if (header->nlmsg_type == family) {
		replies++;
		secrets += is_admins(genl->cmd);
		if (genl->cmd == KMEMCGD_CMD_GET_CONFIG)
			read_config(header);
	}
}

/* What there is to read, and no more. */
static void drain(void)
{
	static char buffer[65536];
	ssize_t length;

	while ((length = recv(sock, buffer, sizeof(buffer), MSG_DONTWAIT)) > 0 ||
	       (length < 0 && errno == ENOBUFS)) {
		const struct nlmsghdr *header = (const void *)buffer;
		int left = (int)length;

		if (length < 0)
			lost++;
		for (; NLMSG_OK(header, left); header = NLMSG_NEXT(header, left))
			read_message(header);
	}
}

/* Replies are there when send() returns. A full socket is part of the game. */
static void deliver(const union request *request)
{
	size_t length = request->header.nlmsg_len;

	if (length < NLMSG_HDRLEN || length > sizeof(*request))
		length = NLMSG_HDRLEN + draw(64);
	if (send(sock, request, length, 0) < 0)
		answers[errno < MAX_ERRNO ? errno : 0]++;
	sent++;
}

static void deliver_failing(const union request *request)
{
	fail_nth_set(fail_nth_fd, 1 + draw(FAIL_WITHIN));
	deliver(request);
	/* Dumps allocate when they are read. */
	drain();
	failed += !fail_nth_end(fail_nth_fd);
}

static void ask_config(void)
{
	union request request;

	drain();
	memset(config, 0xff, sizeof(config));
	begin(&request, KMEMCGD_CMD_GET_CONFIG, 0);
	deliver(&request);
	drain();
}

static bool in_range(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(tunables); i++)
		if (config[tunables[i].id] < tunables[i].min ||
		    config[tunables[i].id] > tunables[i].max) {
			printf("%s is %u, and may be %u to %u\n", tunables[i].name,
			       config[tunables[i].id], tunables[i].min, tunables[i].max);
			return false;
		}
	return true;
}

/* A few at a time are read back, and a socket in the middle of a dump is left. */
static bool attack(unsigned long count)
{
	bool fine = true;

	for (unsigned long i = 0; fine && i < count; i++) {
		union request request;

		make_request(&request);
		if (!draw(3))
			spoil(&request);
		if (fail_nth_fd >= 0)
			deliver_failing(&request);
		else
			deliver(&request);
		if (!draw(32))
			drain();
		if (!draw(256))
			open_socket();
		if (i % 4096 == 4095 && privileged) {
			ask_config();
			fine = in_range();
		}
	}
	drain();
	return fine;
}

static void resolve(void)
{
	struct nl_sock *helper = nl_socket_alloc();
	int found = helper && !genl_connect(helper) ?
		genl_ctrl_resolve(helper, KMEMCGD_GENL_NAME) : -1;

	if (found < 0)
		errx(2, "no family %s", KMEMCGD_GENL_NAME);
	family = (uint16_t)found;
	nl_socket_free(helper);
}

/* Nothing that only an administrator may do had a result. */
static bool without_privileges(unsigned long count)
{
	uint32_t before[ARRAY_SIZE(config)];
	bool fine;

	if (setgroups(0, NULL) || setgid(65534) || setuid(65534))
		err(2, "cannot drop privileges");
	privileged = false;
	open_socket();
	ask_config();
	memcpy(before, config, sizeof(before));
	attack(count / 2);
	open_socket();
	ask_config();
	fine = in_range() && !memcmp(before, config, sizeof(before));
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET))
		err(2, "unshare");
	open_socket();
	attack(count / 2);
	printf("%lu replies to what needs a privilege\n", secrets);
	return fine && !secrets;
}

int main(int argc, char **argv)
{
	unsigned long count = 10000;
	bool drop = false, fine;
	int option;

	while ((option = getopt(argc, argv, "n:s:i:uf")) != -1) {
		switch (option) {
		case 'n': count = strtoul(optarg, NULL, 0); break;
		case 's': state = 2 * strtoull(optarg, NULL, 0) + 1; break;
		case 'u': drop = true; break;
		case 'f':
			fail_nth_fd = fail_nth_open();
			break;
		case 'i':
			if (id_count < MAX_IDS)
				ids[id_count++] = strtoull(optarg, NULL, 0);
			break;
		default: return 2;
		}
	}
	if (optind < argc || !count)
		errx(2, "usage: kmemcgd-hostile [-n COUNT] [-s SEED] [-u] [-f] [-i ID]...");
	resolve();
	open_socket();
	fine = drop ? without_privileges(count) : attack(count);
	printf("%lu requests, %lu replies, %lu times a full socket; acknowledged %lu",
	       sent, replies, lost, answers[0]);
	for (size_t i = 1; i < ARRAY_SIZE(answers); i++)
		if (answers[i])
			printf(", %s %lu", strerrorname_np((int)i), answers[i]);
	putchar('\n');
	if (fail_nth_fd >= 0)
		printf("%lu met an allocation that failed\n", failed);
	return !fine || (fail_nth_fd >= 0 && !failed);
}
