// SPDX-License-Identifier: GPL-2.0-only
#include "client/client.hpp"

#include "client/codec.hpp"
#include "client/config_fields.hpp"

#include <cerrno>

#include <fmt/format.h>
#include <linux/genetlink.h>

namespace kmemcgd {
namespace {

constexpr int dump_attempts = 3;
constexpr std::uint8_t controller_version = 2;

Result<std::optional<std::uint32_t>> find_group(const Attribute& groups, std::string_view wanted) {
    const auto list = Attributes::parse(groups.payload);
    if (!list)
        return list.error();
    for (const auto& entry : list->all()) {
        const auto group = Attributes::parse(entry.payload);
        if (!group)
            return group.error();
        const auto name = group->string(CTRL_ATTR_MCAST_GRP_NAME, "group name");
        if (!name)
            return name.error();
        if (*name != wanted)
            continue;
        const auto id = group->u32(CTRL_ATTR_MCAST_GRP_ID, "group id");
        if (!id)
            return id.error();
        return std::optional(*id);
    }
    return std::optional<std::uint32_t>{};
}

Result<Family> decode_family(Bytes bytes) {
    const auto attributes = Attributes::parse(bytes);
    if (!attributes)
        return attributes.error();
    Family family;
    const auto* id = attributes->find(CTRL_ATTR_FAMILY_ID);
    if (id == nullptr)
        return missing_attribute("family id");
    const auto number = id->u16("family id");
    if (!number)
        return number.error();
    family.id = *number;
    const auto version = attributes->u32(CTRL_ATTR_VERSION, "family version");
    if (!version)
        return version.error();
    family.version = *version;
    if (const auto* groups = attributes->find(CTRL_ATTR_MCAST_GROUPS)) {
        const auto group = find_group(*groups, KMEMCGD_MCGRP_EVENTS);
        if (!group)
            return group.error();
        family.events_group = *group;
    }
    return family;
}

Error not_loaded() {
    return Error{.fault = Fault::not_loaded,
                 .message = "the kmemcgd module is not loaded",
                 .hint =
                     "modprobe kmemcgd; if it is loaded, run this in the host's network namespace"};
}

Error other_version(std::uint32_t theirs) {
    return Error{.fault = Fault::unsupported,
                 .message =
                     fmt::format("the module speaks protocol version {}, kmemcgctl speaks {}",
                                 theirs, KMEMCGD_GENL_VERSION),
                 .hint = "install kmemcgctl and the module from the same release"};
}

template <class T>
Result<T> ask_connection(Connection& connection, Request& request, std::uint16_t family,
                         Result<T> (*decode)(Bytes)) {
    std::optional<Result<T>> answer;
    const auto outcome = connection.exchange(request, [&](const Message& message) {
        if (message.family == family)
            answer = decode(message.attributes);
        return answer && !*answer ? Status(answer->error()) : success();
    });
    if (!outcome)
        return outcome.error();
    if (!answer)
        return malformed("an acknowledgement, but no answer");
    return *answer;
}

// "integer out of range" does not say of what: the offset does.
Error name_config_attribute(Error error) {
    const auto* field = error.attribute ? find_config_field(*error.attribute) : nullptr;
    if (field == nullptr)
        return error;
    // The module's own texts begin with the name already.
    if (!error.message.starts_with(field->name))
        error.message = fmt::format("{}: {}", field->name, error.message);
    if (error.allowed && error.hint.empty())
        error.hint = fmt::format("{} takes {} to {}", field->name, error.allowed->first,
                                 error.allowed->second);
    return error;
}

} // namespace

Result<Client> Client::connect(std::unique_ptr<Transport> transport, const Clock& clock) {
    Connection connection(std::move(transport), clock);
    Request request(GENL_ID_CTRL, CTRL_CMD_GETFAMILY, controller_version);
    request.put_string(CTRL_ATTR_FAMILY_NAME, KMEMCGD_GENL_NAME);
    const auto family = ask_connection(connection, request, GENL_ID_CTRL, decode_family);
    if (!family)
        return family.error().error_number == ENOENT ? not_loaded() : family.error();
    if (family->version != KMEMCGD_GENL_VERSION)
        return other_version(family->version);

    Client client(std::move(connection), *family);
    auto get_info = client.request(KMEMCGD_CMD_GET_INFO);
    auto info = client.ask(get_info, decode_info);
    if (!info)
        return info.error();
    if (info->protocol != KMEMCGD_GENL_VERSION)
        return other_version(info->protocol);
    client.info_ = std::move(*info);
    return client;
}

Request Client::request(std::uint8_t command, Request::Kind kind) const {
    return {family_.id, command, KMEMCGD_GENL_VERSION, kind};
}

template <class T>
Result<T> Client::ask(Request& request, Result<T> (*decode)(Bytes)) {
    return ask_connection(connection_, request, family_.id, decode);
}

Result<Config> Client::config() {
    auto get = request(KMEMCGD_CMD_GET_CONFIG);
    return ask(get, decode_config);
}

Result<Config> Client::set_config(std::span<const ConfigChange> changes) {
    auto set = request(KMEMCGD_CMD_SET_CONFIG);
    for (const auto& change : changes)
        set.put_u32(static_cast<std::uint16_t>(change.which), change.value);
    auto config = ask(set, decode_config);
    if (!config)
        return name_config_attribute(config.error());
    return config;
}

Result<Memcg> Client::memcg(std::uint64_t id) {
    auto get = request(KMEMCGD_CMD_GET_MEMCG);
    get.put_u64(KMEMCGD_A_MEMCG_ID, id);
    return ask(get, decode_memcg);
}

Result<Stats> Client::stats() {
    auto get = request(KMEMCGD_CMD_GET_STATS);
    return ask(get, decode_stats);
}

Result<Stats> Client::reset_stats() {
    auto reset = request(KMEMCGD_CMD_RESET_STATS);
    return ask(reset, decode_stats);
}

Result<std::uint64_t> Client::reap(std::optional<std::uint64_t> id) {
    auto reap = request(KMEMCGD_CMD_REAP);
    if (id)
        reap.put_u64(KMEMCGD_A_REAP_ID, *id);
    auto pass = ask(reap, decode_reap);
    if (!pass && pass.error().error_number == EAGAIN)
        pass.error().hint =
            "if it is switched off: kmemcgctl config set enabled=on; else try again";
    if (!pass && pass.error().error_number == EBUSY)
        pass.error().hint = "it is alive: only zombies can be reaped";
    return pass;
}

Result<Client::MemcgList> Client::memcgs(const MemcgFilter& filter) {
    MemcgList list;
    for (int attempt = 0; attempt < dump_attempts; ++attempt) {
        auto dump = request(KMEMCGD_CMD_GET_MEMCG, Request::Kind::dump);
        if (filter.state)
            dump.put_u32(KMEMCGD_A_MEMCG_STATE, *filter.state);
        if (filter.pin)
            dump.put_u32(KMEMCGD_A_MEMCG_PIN, *filter.pin);
        if (filter.min_age_ms)
            dump.put_u64(KMEMCGD_A_MEMCG_MIN_AGE_MS, *filter.min_age_ms);
        if (filter.min_bytes)
            dump.put_u64(KMEMCGD_A_MEMCG_MIN_BYTES, *filter.min_bytes);

        list.memcgs.clear();
        const auto outcome = connection_.exchange(dump, [&](const Message& message) {
            if (message.family != family_.id)
                return success();
            auto memcg = decode_memcg(message.attributes);
            if (!memcg)
                return Status(memcg.error());
            list.memcgs.push_back(std::move(*memcg));
            return success();
        });
        if (!outcome)
            return outcome.error();
        list.interrupted = outcome->dump_interrupted;
        if (!list.interrupted)
            break;
    }
    return list;
}

} // namespace kmemcgd
