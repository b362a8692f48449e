// SPDX-License-Identifier: GPL-2.0-only
#include "fake_kernel.hpp"

#include <algorithm>
#include <cerrno>
#include <iterator>

namespace kmemcgd {
namespace {

void append(Datagram& to, Bytes bytes) {
    to.insert(to.end(), bytes.begin(), bytes.end());
}

template <class T>
Bytes bytes_of(const T& value) {
    return std::as_bytes(std::span{&value, 1});
}

template <class T>
void maybe(Attrs& attrs, int type, const std::optional<T>& value) {
    if (value)
        attrs.put(type, *value);
}

bool is_set(const Result<std::uint32_t>& flag) {
    return flag && *flag != 0;
}

} // namespace

Datagram FakeKernel::plain(std::uint16_t type, std::uint16_t flags, std::uint32_t sequence,
                           Bytes payload) {
    nlmsghdr header{};
    header.nlmsg_len = static_cast<std::uint32_t>(sizeof(header) + payload.size());
    header.nlmsg_type = type;
    header.nlmsg_flags = flags;
    header.nlmsg_seq = sequence;
    Datagram datagram;
    append(datagram, bytes_of(header));
    append(datagram, payload);
    return datagram;
}

Datagram FakeKernel::message(std::uint16_t type, std::uint16_t flags, std::uint32_t sequence,
                             int command, Bytes attributes) {
    genlmsghdr generic{};
    generic.cmd = static_cast<std::uint8_t>(command);
    generic.version = KMEMCGD_GENL_VERSION;
    Datagram payload;
    append(payload, bytes_of(generic));
    append(payload, attributes);
    return plain(type, flags, sequence, payload);
}

Datagram FakeKernel::ack(const nlmsghdr& request, const Refusal& refusal) {
    const std::int32_t code = -refusal.error_number;
    Datagram payload;
    append(payload, bytes_of(code));
    append(payload, bytes_of(request));
    std::uint16_t flags = NLM_F_CAPPED;
    if (!refusal.said.empty()) {
        Attrs attrs;
        attrs.text(NLMSGERR_ATTR_MSG, refusal.said);
        // The first attribute of the request.
        attrs.put(NLMSGERR_ATTR_OFFS, std::uint32_t{NLMSG_HDRLEN + GENL_HDRLEN});
        append(payload, attrs.bytes());
        flags |= NLM_F_ACK_TLVS;
    }
    return plain(NLMSG_ERROR, flags, request.nlmsg_seq, payload);
}

Attrs FakeKernel::family_attrs() const {
    Attrs groups;
    const auto add = [&](int number, const char* name, std::uint32_t id) {
        Attrs one;
        one.text(CTRL_ATTR_MCAST_GRP_NAME, name).put(CTRL_ATTR_MCAST_GRP_ID, id);
        groups.nest(number, one);
    };
    add(1, KMEMCGD_MCGRP_EVENTS, group);
    if (has_watermarks)
        add(2, KMEMCGD_MCGRP_WATERMARKS, watermarks_group);
    Attrs attrs;
    attrs.put(CTRL_ATTR_FAMILY_ID, family).put(CTRL_ATTR_VERSION, family_version);
    attrs.nest(CTRL_ATTR_MCAST_GROUPS, groups);
    return attrs;
}

Info FakeKernel::info() const {
    return {.protocol = protocol,
            .module_version = "0.1.0",
            .kernel_release = "6.1.0",
            .cgroup_version = 2,
            .page_size_bytes = 4096,
            .capabilities = {capability}};
}

Attrs FakeKernel::info_attrs(const Info& info) {
    Attrs attrs;
    attrs.put(KMEMCGD_A_INFO_PROTOCOL, info.protocol);
    attrs.text(KMEMCGD_A_INFO_MODULE_VERSION, info.module_version);
    attrs.text(KMEMCGD_A_INFO_KERNEL_RELEASE, info.kernel_release);
    attrs.put(KMEMCGD_A_INFO_CGROUP_VERSION, info.cgroup_version);
    attrs.put(KMEMCGD_A_INFO_PAGE_SIZE, info.page_size_bytes);
    for (const auto& capability : info.capabilities) {
        Attrs one;
        one.text(KMEMCGD_A_CAP_NAME, capability.name);
        one.put(KMEMCGD_A_CAP_PRESENT, static_cast<std::uint8_t>(capability.present));
        one.put(KMEMCGD_A_CAP_REQUIRED, static_cast<std::uint8_t>(capability.required));
        one.text(KMEMCGD_A_CAP_PURPOSE, capability.purpose);
        one.text(KMEMCGD_A_CAP_REASON, capability.reason);
        attrs.nest(KMEMCGD_A_INFO_CAPABILITY, one);
    }
    // From a module that is newer than we are.
    attrs.text(999, "ignored");
    return attrs;
}

Attrs FakeKernel::config_attrs(const Config& config) {
    Attrs attrs;
    for (const auto& field : config_fields())
        attrs.put(field.attribute, config.at(field.attribute));
    return attrs;
}

Attrs FakeKernel::stats_attrs(const Stats& stats) {
    Attrs attrs;
    for (const auto& field : stats_fields())
        attrs.put(field.attribute, stats.*(field.member));
    Attrs pins;
    for (std::size_t pin = 0; pin < stats.left_by_pin.size(); ++pin)
        pins.put(static_cast<int>(pin) + 1, stats.left_by_pin[pin]);
    attrs.nest(KMEMCGD_A_STATS_LEFT_BY_PIN, pins);
    attrs.raw(KMEMCGD_A_STATS_SLICE_HIST, std::as_bytes(std::span{stats.slice_hist}));
    attrs.raw(KMEMCGD_A_STATS_RESCHED_HIST, std::as_bytes(std::span{stats.resched_hist}));
    if (stats.last_pass)
        attrs.nest(KMEMCGD_A_STATS_LAST_PASS, pass_attrs(*stats.last_pass));
    if (stats.running_pass)
        attrs.put(KMEMCGD_A_STATS_RUNNING_PASS, *stats.running_pass);
    maybe(attrs, KMEMCGD_A_STATS_ZOMBIE_PAGES, stats.zombie_pages);
    maybe(attrs, KMEMCGD_A_STATS_WATERMARK_PAGES, stats.watermark_pages);
    maybe(attrs, KMEMCGD_A_STATS_NODE_PAGES, stats.node_pages);
    return attrs;
}

Attrs FakeKernel::memcg_attrs(const Memcg& memcg) {
    Attrs attrs;
    attrs.put(KMEMCGD_A_MEMCG_ID, memcg.id).put(KMEMCGD_A_MEMCG_STATE, memcg.state);
    attrs.put(KMEMCGD_A_MEMCG_PIN, memcg.pin).text(KMEMCGD_A_MEMCG_PATH, memcg.path);
    maybe(attrs, KMEMCGD_A_MEMCG_AGE_MS, memcg.age_ms);
    maybe(attrs, KMEMCGD_A_MEMCG_MEMORY_BYTES, memcg.memory_bytes);
    maybe(attrs, KMEMCGD_A_MEMCG_SWAP_BYTES, memcg.swap_bytes);
    maybe(attrs, KMEMCGD_A_MEMCG_FILE_BYTES, memcg.file_bytes);
    maybe(attrs, KMEMCGD_A_MEMCG_ANON_BYTES, memcg.anon_bytes);
    maybe(attrs, KMEMCGD_A_MEMCG_REFS, memcg.refs);
    maybe(attrs, KMEMCGD_A_MEMCG_CHILDREN, memcg.children);
    maybe(attrs, KMEMCGD_A_MEMCG_TRIES, memcg.tries);
    maybe(attrs, KMEMCGD_A_MEMCG_NEXT_MS, memcg.next_ms);
    return attrs;
}

std::vector<Attrs> FakeKernel::dumped(int command, const Attributes& filter) const {
    std::vector<Attrs> list;
    if (command == KMEMCGD_CMD_GET_WATERMARK)
        std::transform(policies.begin(), policies.end(), std::back_inserter(list), policy_attrs);
    else if (command == KMEMCGD_CMD_GET_WATCH)
        std::transform(watches.begin(), watches.end(), std::back_inserter(list), watch_attrs);
    else if (command == KMEMCGD_CMD_GET_QOS)
        std::transform(classes.begin(), classes.end(), std::back_inserter(list), qos_attrs);
    if (command != KMEMCGD_CMD_GET_MEMCG)
        return list;
    const auto pin = filter.u32(KMEMCGD_A_MEMCG_PIN, "pin");
    for (const auto& memcg : memcgs) {
        if (!pin || *pin == memcg.pin)
            list.push_back(memcg_attrs(memcg));
    }
    return list;
}

std::vector<Datagram> FakeKernel::dump(const nlmsghdr& request, int command,
                                       const Attributes& filter) {
    const std::uint16_t flags = interrupted_dumps > 0 ? NLM_F_DUMP_INTR : 0;
    interrupted_dumps -= interrupted_dumps > 0 ? 1 : 0;
    std::vector<Datagram> replies;
    for (const auto& attrs : dumped(command, filter))
        replies.push_back(message(family, NLM_F_MULTI, request.nlmsg_seq, command, attrs.bytes()));
    const std::int32_t code = 0;
    replies.push_back(plain(NLMSG_DONE, NLM_F_MULTI | flags, request.nlmsg_seq, bytes_of(code)));
    return replies;
}

Refusal FakeKernel::serve(int command, const Attributes& request, Attrs& reply) {
    switch (command) {
    case KMEMCGD_CMD_GET_INFO:
        reply = info_attrs(info());
        return {};
    case KMEMCGD_CMD_SET_CONFIG:
        for (const auto& attribute : request.all())
            config.values.at(attribute.type) = *attribute.u32("value");
        [[fallthrough]];
    case KMEMCGD_CMD_GET_CONFIG:
        reply = config_attrs(config);
        return {};
    case KMEMCGD_CMD_GET_STATS:
    case KMEMCGD_CMD_RESET_STATS:
        reply = stats_attrs(stats);
        return {};
    case KMEMCGD_CMD_REAP:
        capped_pass = is_set(request.u32(KMEMCGD_A_REAP_CAPPED, "capped"));
        reply.put(KMEMCGD_A_REAP_PASS, next_pass);
        return {};
    case KMEMCGD_CMD_GET_MEMCG:
        for (const auto& memcg : memcgs) {
            if (memcg.id == *request.u64(KMEMCGD_A_MEMCG_ID, "id")) {
                reply = memcg_attrs(memcg);
                return {};
            }
        }
        return {ENOENT, "no such memcg"};
    default:
        return command >= KMEMCGD_CMD_SET_QOS ? serve_qos(command, request, reply)
                                              : serve_watermark(command, request, reply);
    }
}

std::vector<Datagram> FakeKernel::answer(Bytes request) {
    nlmsghdr header{};
    genlmsghdr generic{};
    std::memcpy(&header, request.data(), sizeof(header));
    std::memcpy(&generic, request.data() + NLMSG_HDRLEN, sizeof(generic));
    const auto attributes = Attributes::parse(request.subspan(NLMSG_HDRLEN + GENL_HDRLEN));
    if (header.nlmsg_type == GENL_ID_CTRL && loaded)
        return {
            message(GENL_ID_CTRL, 0, header.nlmsg_seq, CTRL_CMD_NEWFAMILY, family_attrs().bytes()),
            ack(header, {})};
    if (!loaded)
        return {ack(header, {ENOENT, ""})};

    asked.push_back(generic.cmd);
    if (before)
        before(generic.cmd);
    if (const auto refusal = refusals.find(generic.cmd); refusal != refusals.end())
        return {ack(header, refusal->second)};
    if (!has_watermarks && generic.cmd >= KMEMCGD_CMD_SET_WATERMARK)
        return {ack(header, {EOPNOTSUPP, ""})};
    if (!has_classes && generic.cmd >= KMEMCGD_CMD_SET_QOS)
        return {ack(header, {EOPNOTSUPP, ""})};
    if ((header.nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP)
        return dump(header, generic.cmd, *attributes);
    Attrs reply;
    if (const auto refusal = serve(generic.cmd, *attributes, reply); refusal.error_number != 0)
        return {ack(header, refusal)};
    const auto whole = reply.bytes();
    return {message(family, 0, header.nlmsg_seq, generic.cmd,
                    whole.first(whole.size() - std::min(cut_bytes, whole.size()))),
            ack(header, {})};
}

} // namespace kmemcgd
