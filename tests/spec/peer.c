// SPDX-License-Identifier: GPL-2.0-only
/*
 * An independent client of the running module, on libnl-3 instead of the
 * controller's libmnl: are the commands, their permissions and their policies
 * as specified, and is every malformed request refused without an effect?
 *
 * usage: kmemcgd-peer CASE; see cases[] below. Exit status 0 when it holds.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/genetlink.h>
#include <linux/kmemcgd.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>

#include "table.h"

static struct nl_sock *sock;
static int family;
static int watermarks;		/* the group's number */
static bool failed;

static void expect(bool holds, const char *format, ...)
{
	va_list args;

	printf("%s ", holds ? "ok" : "not ok");
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	failed |= !holds;
}

/* What came back for one request. */
struct answer {
	int error;			/* a positive errno, 0: none */
	bool has_message;		/* an extended ack with a text */
	int replies;			/* of the family itself */
	uint32_t config[KMEMCGD_A_CONFIG_MAX + 1];
	uint32_t flags[KMEMCGD_CMD_MAX + 1];	/* of the family's commands */
	bool has_events;
	bool has_watermarks;
};

/* More than any reply of the family or the controller has attributes. */
#define MAX_ATTR 63

static void read_family(struct nlattr **attrs, struct answer *answer)
{
	struct nlattr *op, *group;
	int left;

	if (attrs[CTRL_ATTR_OPS])
		nla_for_each_nested(op, attrs[CTRL_ATTR_OPS], left) {
			struct nlattr *fields[CTRL_ATTR_OP_MAX + 1];

			nla_parse_nested(fields, CTRL_ATTR_OP_MAX, op, NULL);
			if (!fields[CTRL_ATTR_OP_ID] || !fields[CTRL_ATTR_OP_FLAGS] ||
			    nla_get_u32(fields[CTRL_ATTR_OP_ID]) > KMEMCGD_CMD_MAX)
				continue;
			answer->flags[nla_get_u32(fields[CTRL_ATTR_OP_ID])] =
				nla_get_u32(fields[CTRL_ATTR_OP_FLAGS]);
		}
	if (attrs[CTRL_ATTR_MCAST_GROUPS])
		nla_for_each_nested(group, attrs[CTRL_ATTR_MCAST_GROUPS], left) {
			struct nlattr *fields[CTRL_ATTR_MCAST_GRP_MAX + 1];

			nla_parse_nested(fields, CTRL_ATTR_MCAST_GRP_MAX, group, NULL);
			if (!fields[CTRL_ATTR_MCAST_GRP_NAME])
				continue;
			const char *name = nla_get_string(fields[CTRL_ATTR_MCAST_GRP_NAME]);

			answer->has_events |= !strcmp(name, KMEMCGD_MCGRP_EVENTS);
			answer->has_watermarks |= !strcmp(name, KMEMCGD_MCGRP_WATERMARKS);
		}
}

static void read_error(struct nlmsghdr *header, struct answer *answer)
{
	struct nlmsgerr *error = nlmsg_data(header);
	size_t offset = sizeof(*error);
	struct nlattr *attrs[NLMSGERR_ATTR_MAX + 1] = {};

	answer->error = -error->error;
	if (!(header->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	/* The end of a dump has the number only, and no header of ours. */
	if (header->nlmsg_type == NLMSG_DONE)
		offset = sizeof(error->error);
	else if (!(header->nlmsg_flags & NLM_F_CAPPED))
		offset += error->msg.nlmsg_len - sizeof(error->msg);
	nla_parse(attrs, NLMSGERR_ATTR_MAX, (struct nlattr *)((char *)error + offset),
		  (int)(nlmsg_datalen(header) - (int)offset), NULL);
	answer->has_message = attrs[NLMSGERR_ATTR_MSG];
}

/* Sends a message, and reads until its acknowledgement or the dump's end. */
static struct answer ask(struct nl_msg *message)
{
	struct answer answer = {};
	bool done = false;

	if (nl_send_auto(sock, message) < 0) {
		perror("send");
		exit(2);
	}
	nlmsg_free(message);
	while (!done) {
		struct sockaddr_nl from;
		unsigned char *buffer = NULL;
		struct nlmsghdr *header;
		int length = nl_recv(sock, &from, &buffer, NULL);

		if (length <= 0) {
			fprintf(stderr, "receive: %s\n", nl_geterror(length));
			exit(2);
		}
		for (header = (struct nlmsghdr *)buffer; nlmsg_ok(header, length);
		     header = nlmsg_next(header, &length)) {
			struct nlattr *attrs[MAX_ATTR + 1] = {};
			struct genlmsghdr *genl;

			if (header->nlmsg_type == NLMSG_ERROR ||
			    header->nlmsg_type == NLMSG_DONE) {
				read_error(header, &answer);
				done = true;
				continue;
			}
			genl = nlmsg_data(header);
			genlmsg_parse(header, 0, attrs, MAX_ATTR, NULL);
			answer.replies += header->nlmsg_type == family;
			if (header->nlmsg_type == GENL_ID_CTRL)
				read_family(attrs, &answer);
			else if (genl->cmd == KMEMCGD_CMD_GET_CONFIG)
				for (int i = 1; i <= KMEMCGD_A_CONFIG_MAX; i++)
					if (attrs[i])
						answer.config[i] = nla_get_u32(attrs[i]);
		}
		free(buffer);
	}
	return answer;
}

static void open_socket(void)
{
	int one = 1;

	nl_socket_free(sock);
	sock = nl_socket_alloc();
	if (!sock || genl_connect(sock))
		exit(2);
	setsockopt(nl_socket_get_fd(sock), SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof(one));
}

static struct nl_msg *request(int type, uint8_t command, uint8_t version, int flags)
{
	struct nl_msg *message = nlmsg_alloc();

	if (!message || !genlmsg_put(message, NL_AUTO_PORT, NL_AUTO_SEQ, type, 0,
				     flags | NLM_F_ACK, command, version))
		exit(2);
	return message;
}

static struct nl_msg *command(uint8_t cmd, int flags)
{
	return request(family, cmd, KMEMCGD_GENL_VERSION, flags);
}

static struct answer config(void)
{
	return ask(command(KMEMCGD_CMD_GET_CONFIG, 0));
}

/* The request is refused with this error, in words, and changes nothing. */
static void refused(const char *what, struct nl_msg *message, int error)
{
	struct answer before = config(), answer = ask(message), after = config();

	expect(answer.error == error, "%s: error %d (%s)", what, answer.error,
	       strerror(answer.error));
	expect(error == EPERM || answer.has_message, "%s: the refusal has a text", what);
	expect(!memcmp(before.config, after.config, sizeof(before.config)),
	       "%s: nothing has changed", what);
}

static void check(void)
{
	struct nl_msg *message = request(GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1, 0);
	struct answer answer;

	nla_put_string(message, CTRL_ATTR_FAMILY_NAME, KMEMCGD_GENL_NAME);
	answer = ask(message);
	expect(!answer.error, "the family is there");
	expect(answer.has_events, "it has the group %s", KMEMCGD_MCGRP_EVENTS);
	expect(answer.has_watermarks, "it has the group %s", KMEMCGD_MCGRP_WATERMARKS);
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		uint32_t flags = answer.flags[commands[i].id];

		expect(flags & (GENL_CMD_CAP_DO | GENL_CMD_CAP_DUMP),
		       "%s is there", commands[i].name);
		expect(!!(flags & GENL_CMD_CAP_DUMP) == commands[i].dump,
		       "%s: dump as specified", commands[i].name);
		expect(!!(flags & GENL_ADMIN_PERM) == commands[i].admin,
		       "%s: permission as specified", commands[i].name);
	}
	answer = config();
	for (size_t i = 0; i < sizeof(tunables) / sizeof(*tunables); i++)
		expect(answer.config[tunables[i].id] >= tunables[i].min &&
		       answer.config[tunables[i].id] <= tunables[i].max,
		       "%s is within its specified range", tunables[i].name);
}

static void unknown_attr(void)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		struct nl_msg *message = command((uint8_t)commands[i].id, 0);

		nla_put_u32(message, 99, 1);
		refused(commands[i].name, message, EINVAL);
	}
}

static void wrong_type(void)
{
	struct nl_msg *message = command(KMEMCGD_CMD_SET_CONFIG, 0);

	nla_put_u16(message, KMEMCGD_A_CONFIG_SETTLE_MS, 1);
	refused("a u16 for a u32", message, EINVAL);
	message = command(KMEMCGD_CMD_GET_MEMCG, 0);
	nla_put_u32(message, KMEMCGD_A_MEMCG_ID, 1);
	refused("a u32 for a u64", message, EINVAL);
	message = command(KMEMCGD_CMD_SET_WATERMARK, 0);
	nla_put_u8(message, KMEMCGD_A_WMARK_RATIO, 95);
	refused("a u8 for a ratio", message, EINVAL);
	message = command(KMEMCGD_CMD_SET_QOS, 0);
	nla_put_u8(message, KMEMCGD_A_QOS_CLASS, 8);
	refused("a u8 for a class", message, EINVAL);
}

/* One above each range; and what is in it, but does not go together. */
static void bad_watermarks(void)
{
	static const struct {
		int attr;
		uint32_t value;
	} values[] = {
		{ KMEMCGD_A_WMARK_RATIO, 101 }, { KMEMCGD_A_WMARK_SCALE_FACTOR, 0 },
		{ KMEMCGD_A_WMARK_SCALE_FACTOR, 1001 }, { KMEMCGD_A_WMARK_SWAP, 2 },
		{ KMEMCGD_A_WMARK_SWAPPINESS, 201 },
	};
	struct nl_msg *message;

	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
		message = command(KMEMCGD_CMD_SET_WATERMARK, 0);
		nla_put_u32(message, values[i].attr, values[i].value);
		refused("a watermark out of range", message, ERANGE);
	}
	message = command(KMEMCGD_CMD_SET_WATERMARK, 0);
	nla_put_u64(message, KMEMCGD_A_WMARK_HIGH_HEADROOM_BYTES, 1 << 20);
	nla_put_u64(message, KMEMCGD_A_WMARK_LOW_HEADROOM_BYTES, 1 << 20);
	refused("a low mark that is not below the high one", message, EINVAL);
	refused("no watermark at all", command(KMEMCGD_CMD_SET_WATERMARK, 0), EINVAL);
	message = command(KMEMCGD_CMD_SET_WATERMARK, 0);
	nla_put_u32(message, KMEMCGD_A_WMARK_SCALE_FACTOR, 100);
	refused("a scale factor without a mark", message, EINVAL);
	refused("a default that was not set", command(KMEMCGD_CMD_GET_WATERMARK, 0), ENOENT);
	refused("nor can be deleted", command(KMEMCGD_CMD_DEL_WATERMARK, 0), ENOENT);
}

static void bad_classes(void)
{
	static const struct {
		int attr;
		uint32_t value;
	} values[] = {
		{ KMEMCGD_A_QOS_CLASS, KMEMCGD_CLASS_MAX + 1 },
		{ KMEMCGD_A_QOS_REQUEST_RATIO, 101 }, { KMEMCGD_A_QOS_SWAP, 2 },
	};
	struct nl_msg *message;

	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
		message = command(KMEMCGD_CMD_SET_QOS, 0);
		nla_put_u64(message, KMEMCGD_A_QOS_ID, 1);
		nla_put_u32(message, values[i].attr, values[i].value);
		refused("a class or request out of range", message, ERANGE);
	}
	message = command(KMEMCGD_CMD_SET_QOS, 0);
	nla_put_u32(message, KMEMCGD_A_QOS_CLASS, KMEMCGD_CLASS_BURSTABLE);
	refused("a class for nobody", message, EINVAL);
}

/* Every tunable, one below and one above its range, after a good one. */
static void out_of_range(void)
{
	for (size_t i = 0; i < sizeof(tunables) / sizeof(*tunables); i++) {
		struct nl_msg *message = command(KMEMCGD_CMD_SET_CONFIG, 0);

		nla_put_u32(message, tunables[i].id, tunables[i].max + 1);
		refused(tunables[i].name, message, ERANGE);
		if (!tunables[i].min)
			continue;
		message = command(KMEMCGD_CMD_SET_CONFIG, 0);
		nla_put_u32(message, KMEMCGD_A_CONFIG_SWAP, 1);
		nla_put_u32(message, tunables[i].id, tunables[i].min - 1);
		refused(tunables[i].name, message, ERANGE);
	}
	bad_watermarks();
	bad_classes();
}

static struct nl_msg *watermark(uint8_t cmd, uint64_t id)
{
	struct nl_msg *message = command(cmd, 0);

	nla_put_u64(message, KMEMCGD_A_WMARK_ID, id);
	if (cmd == KMEMCGD_CMD_SET_WATERMARK)
		nla_put_u32(message, KMEMCGD_A_WMARK_RATIO, 95);
	return message;
}

/* The default is the policy without an id, and not the one with the id 0. */
static void no_id_of_default(void)
{
	struct nl_msg *message = command(KMEMCGD_CMD_SET_WATERMARK, 0);

	refused("set-watermark of the id 0", watermark(KMEMCGD_CMD_SET_WATERMARK, 0), ENOENT);
	refused("which sets no default", command(KMEMCGD_CMD_GET_WATERMARK, 0), ENOENT);
	nla_put_u32(message, KMEMCGD_A_WMARK_RATIO, 0);
	expect(!ask(message).error, "set-watermark of the default");
	refused("get-watermark of the id 0", watermark(KMEMCGD_CMD_GET_WATERMARK, 0), ENOENT);
	refused("del-watermark of the id 0", watermark(KMEMCGD_CMD_DEL_WATERMARK, 0), ENOENT);
	expect(!ask(command(KMEMCGD_CMD_DEL_WATERMARK, 0)).error, "del-watermark of the default");
}

static struct nl_msg *qos(uint8_t cmd, uint64_t id)
{
	struct nl_msg *message = command(cmd, 0);

	nla_put_u64(message, KMEMCGD_A_QOS_ID, id);
	if (cmd == KMEMCGD_CMD_SET_QOS)
		nla_put_u32(message, KMEMCGD_A_QOS_CLASS, KMEMCGD_CLASS_BURSTABLE);
	return message;
}

static void unknown_id_of_qos(void)
{
	refused("set-qos", qos(KMEMCGD_CMD_SET_QOS, 0x123456789abcULL), ENOENT);
	refused("get-qos", qos(KMEMCGD_CMD_GET_QOS, 0x123456789abcULL), ENOENT);
	refused("del-qos", qos(KMEMCGD_CMD_DEL_QOS, 0x123456789abcULL), ENOENT);
	refused("get-qos without an id", command(KMEMCGD_CMD_GET_QOS, 0), EINVAL);
	refused("del-qos without an id", command(KMEMCGD_CMD_DEL_QOS, 0), EINVAL);
}

static void unknown_id(void)
{
	struct nl_msg *message = command(KMEMCGD_CMD_GET_MEMCG, 0);

	nla_put_u64(message, KMEMCGD_A_MEMCG_ID, 0x123456789abcULL);
	refused("get-memcg", message, ENOENT);
	message = command(KMEMCGD_CMD_REAP, 0);
	nla_put_u64(message, KMEMCGD_A_REAP_ID, 0x123456789abcULL);
	refused("reap", message, ENOENT);
	message = command(KMEMCGD_CMD_GET_MEMCG, 0);
	refused("get-memcg without an id", message, EINVAL);
	refused("set-watermark", watermark(KMEMCGD_CMD_SET_WATERMARK, 0x123456789abcULL), ENOENT);
	message = command(KMEMCGD_CMD_GET_WATCH, 0);
	nla_put_u64(message, KMEMCGD_A_WATCH_ID, 0x123456789abcULL);
	refused("get-watch", message, ENOENT);
	no_id_of_default();
	unknown_id_of_qos();
}

static void truncated(void)
{
	struct nl_msg *message = command(KMEMCGD_CMD_SET_CONFIG, 0);
	struct nlattr *attr;

	nla_put_u32(message, KMEMCGD_A_CONFIG_SETTLE_MS, 1);
	attr = nlmsg_attrdata(nlmsg_hdr(message), GENL_HDRLEN);
	/* Says that it is longer than the message. */
	attr->nla_len = 64;
	refused("an attribute that goes past the end", message, EINVAL);
	message = nlmsg_alloc_simple(family, NLM_F_REQUEST | NLM_F_ACK);
	expect(ask(message).error == EINVAL, "no generic netlink header");
}

static void version(uint8_t number)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		struct nl_msg *message = request(family, (uint8_t)commands[i].id, number, 0);

		if (commands[i].id == KMEMCGD_CMD_SET_CONFIG)
			nla_put_u32(message, KMEMCGD_A_CONFIG_SETTLE_MS, 1);
		if (commands[i].id == KMEMCGD_CMD_GET_MEMCG)
			nla_put_u64(message, KMEMCGD_A_MEMCG_ID, 1);
		refused(commands[i].name, message, EPROTONOSUPPORT);
	}
}

static void old_version(void)
{
	version(KMEMCGD_GENL_VERSION - 1);
}

static void new_version(void)
{
	version(KMEMCGD_GENL_VERSION + 1);
}

/*
 * The kernel makes the first message of a dump only as large as what was read
 * from the socket before: one that does not fit must not end the dump.
 */
static void dumps(void)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		uint8_t cmd = (uint8_t)commands[i].id;
		struct nl_msg *message;
		int replies;

		if (!commands[i].dump)
			continue;
		message = command(cmd, NLM_F_DUMP);
		nla_put_u64(message, KMEMCGD_A_MEMCG_ID, 1);
		refused("a dump of one", message, EINVAL);
		refused("a dump of another version",
			request(family, cmd, KMEMCGD_GENL_VERSION + 1, NLM_F_DUMP),
			EPROTONOSUPPORT);
		replies = ask(command(cmd, NLM_F_DUMP)).replies;
		expect(replies > 0, "%s: %d messages", commands[i].name, replies);
		open_socket();
		expect(ask(command(cmd, NLM_F_DUMP)).replies == replies,
		       "%s: as many on a new socket", commands[i].name);
	}
}

static void unprivileged(void)
{
	if (setgid(65534) || setuid(65534))
		exit(2);
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		struct nl_msg *message = command((uint8_t)commands[i].id, 0);

		if (commands[i].admin)
			refused(commands[i].name, message, EPERM);
		else
			expect(!ask(message).error, "%s is for everybody", commands[i].name);
	}
	refused("a dump", command(KMEMCGD_CMD_GET_MEMCG, NLM_F_DUMP), EPERM);
	expect(nl_socket_add_membership(sock, watermarks) < 0,
	       "joining the group %s needs a privilege", KMEMCGD_MCGRP_WATERMARKS);
}

static const struct {
	const char *name;
	void (*run)(void);
} cases[] = {
	{ "check", check }, { "unknown-attr", unknown_attr },
	{ "wrong-type", wrong_type }, { "out-of-range", out_of_range },
	{ "unknown-id", unknown_id }, { "truncated", truncated },
	{ "old-version", old_version }, { "new-version", new_version },
	{ "dumps", dumps }, { "unprivileged", unprivileged },
};

int main(int argc, char **argv)
{
	open_socket();
	family = genl_ctrl_resolve(sock, KMEMCGD_GENL_NAME);
	if (family < 0) {
		fprintf(stderr, "no family %s: %s\n", KMEMCGD_GENL_NAME, nl_geterror(family));
		return 2;
	}
	watermarks = genl_ctrl_resolve_grp(sock, KMEMCGD_GENL_NAME, KMEMCGD_MCGRP_WATERMARKS);
	if (watermarks < 0) {
		fprintf(stderr, "no group %s: %s\n", KMEMCGD_MCGRP_WATERMARKS,
			nl_geterror(watermarks));
		return 2;
	}
	for (size_t i = 0; argc == 2 && i < sizeof(cases) / sizeof(*cases); i++) {
		if (strcmp(argv[1], cases[i].name))
			continue;
		cases[i].run();
		return failed;
	}
	fprintf(stderr, "usage: kmemcgd-peer CASE\n");
	return 2;
}
