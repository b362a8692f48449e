// SPDX-License-Identifier: GPL-2.0-only
#include "client/client.hpp"

#include "client/codec.hpp"
#include "client/config_fields.hpp"

#include <cerrno>
#include <kmemcgd/version.h>

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
        const auto watermarks = find_group(*groups, KMEMCGD_MCGRP_WATERMARKS);
        if (!watermarks)
            return watermarks.error();
        family.watermarks_group = *watermarks;
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
Error name_attribute(Error error, std::string_view name) {
    // The module's own texts begin with the name already.
    if (!error.message.starts_with(name))
        error.message = fmt::format("{}: {}", name, error.message);
    if (error.allowed && error.hint.empty())
        error.hint =
            fmt::format("{} takes {} to {}", name, error.allowed->first, error.allowed->second);
    return error;
}

Error name_config_attribute(const Error& error) {
    const auto* field = error.attribute ? find_config_field(*error.attribute) : nullptr;
    return field != nullptr ? name_attribute(error, field->name) : error;
}

// As the options are called, with underscores: what the kernel calls them.
std::string_view watermark_attribute(std::uint16_t attribute) {
    switch (attribute) {
    case KMEMCGD_A_WMARK_RATIO:
        return "ratio";
    case KMEMCGD_A_WMARK_SCALE_FACTOR:
        return "scale_factor";
    case KMEMCGD_A_WMARK_HIGH_HEADROOM_BYTES:
        return "high_headroom";
    case KMEMCGD_A_WMARK_LOW_HEADROOM_BYTES:
        return "low_headroom";
    case KMEMCGD_A_WMARK_SWAP:
        return "swap";
    case KMEMCGD_A_WMARK_SWAPPINESS:
        return "swappiness";
    default:
        return {};
    }
}

std::string_view qos_attribute(std::uint16_t attribute) {
    switch (attribute) {
    case KMEMCGD_A_QOS_CLASS:
        return "class";
    case KMEMCGD_A_QOS_REQUEST_BYTES:
        return "request";
    case KMEMCGD_A_QOS_REQUEST_RATIO:
        return "request_ratio";
    case KMEMCGD_A_QOS_SWAP:
        return "swap";
    default:
        return {};
    }
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

Result<std::uint64_t> Client::reap(std::optional<std::uint64_t> id, bool capped) {
    auto reap = request(KMEMCGD_CMD_REAP);
    if (id)
        reap.put_u64(KMEMCGD_A_REAP_ID, *id);
    if (capped)
        reap.put_u32(KMEMCGD_A_REAP_CAPPED, 1);
    auto pass = ask(reap, decode_reap);
    if (!pass && pass.error().error_number == EAGAIN)
        pass.error().hint =
            "if it is switched off: kmemcgctl config set enabled=on; else try again";
    if (!pass && pass.error().error_number == EBUSY)
        pass.error().hint = "it is alive: only zombies can be reaped";
    return pass;
}

template <class T>
Result<Listing<T>> Client::dump(Request& request, Result<T> (*decode)(Bytes)) {
    Listing<T> list;
    for (int attempt = 0; attempt < dump_attempts; ++attempt) {
        list.entries.clear();
        const auto outcome = connection_.exchange(request, [&](const Message& message) {
            if (message.family != family_.id)
                return success();
            auto entry = decode(message.attributes);
            if (!entry)
                return Status(entry.error());
            list.entries.push_back(std::move(*entry));
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

Result<Listing<Memcg>> Client::memcgs(const MemcgFilter& filter) {
    auto all = request(KMEMCGD_CMD_GET_MEMCG, Request::Kind::dump);
    if (filter.state)
        all.put_u32(KMEMCGD_A_MEMCG_STATE, *filter.state);
    if (filter.pin)
        all.put_u32(KMEMCGD_A_MEMCG_PIN, *filter.pin);
    if (filter.min_age_ms)
        all.put_u64(KMEMCGD_A_MEMCG_MIN_AGE_MS, *filter.min_age_ms);
    if (filter.min_bytes)
        all.put_u64(KMEMCGD_A_MEMCG_MIN_BYTES, *filter.min_bytes);
    return dump(all, decode_memcg);
}

Error Client::module_lacks(std::string_view what, const Error& error) const {
    return {.fault = Fault::unsupported,
            .message =
                fmt::format("the loaded module, version {}, has no {}", info_.module_version, what),
            .hint = "install and load version " KMEMCGD_VERSION " of the module, or newer",
            .error_number = error.error_number};
}

Error Client::explain_watermark_error(Error error) const {
    // The group came with the commands: where it is missing, they are.
    if (error.error_number == EOPNOTSUPP && !family_.watermarks_group)
        return module_lacks("watermarks", error);
    // This kernel lacks something, not the module.
    if (error.error_number == EOPNOTSUPP)
        error.hint = "kmemcgctl features";
    const auto name = error.attribute ? watermark_attribute(*error.attribute) : "";
    return name.empty() ? error : name_attribute(std::move(error), name);
}

Result<WatermarkPolicy> Client::ask_policy(std::uint8_t command, PolicyId id,
                                           const WatermarkChange& change) {
    auto question = request(command);
    if (id)
        question.put_u64(KMEMCGD_A_WMARK_ID, *id);
    put_change(question, change);
    auto policy = ask(question, decode_policy);
    if (!policy)
        return explain_watermark_error(policy.error());
    return policy;
}

Result<WatermarkPolicy> Client::policy(PolicyId id) {
    return ask_policy(KMEMCGD_CMD_GET_WATERMARK, id, {});
}

Result<WatermarkPolicy> Client::set_policy(PolicyId id, const WatermarkChange& change) {
    return ask_policy(KMEMCGD_CMD_SET_WATERMARK, id, change);
}

Result<WatermarkPolicy> Client::delete_policy(PolicyId id) {
    return ask_policy(KMEMCGD_CMD_DEL_WATERMARK, id, {});
}

Result<Listing<WatermarkPolicy>> Client::policies() {
    auto all = request(KMEMCGD_CMD_GET_WATERMARK, Request::Kind::dump);
    auto list = dump(all, decode_policy);
    if (!list)
        return explain_watermark_error(list.error());
    return list;
}

Error Client::explain_qos_error(Error error) const {
    // They need nothing of the kernel that the module does not need to be loaded.
    if (error.error_number == EOPNOTSUPP)
        return module_lacks("classes", error);
    const auto name = error.attribute ? qos_attribute(*error.attribute) : "";
    return name.empty() ? error : name_attribute(std::move(error), name);
}

Result<Qos> Client::ask_qos(std::uint8_t command, std::uint64_t id, const QosChange& change) {
    auto question = request(command);
    question.put_u64(KMEMCGD_A_QOS_ID, id);
    put_change(question, change);
    auto answer = ask(question, decode_qos);
    if (!answer)
        return explain_qos_error(answer.error());
    return answer;
}

Result<Qos> Client::qos(std::uint64_t id) {
    return ask_qos(KMEMCGD_CMD_GET_QOS, id, {});
}

Result<Qos> Client::set_qos(std::uint64_t id, const QosChange& change) {
    return ask_qos(KMEMCGD_CMD_SET_QOS, id, change);
}

Result<Qos> Client::delete_qos(std::uint64_t id) {
    return ask_qos(KMEMCGD_CMD_DEL_QOS, id, {});
}

Result<Listing<Qos>> Client::classes() {
    auto all = request(KMEMCGD_CMD_GET_QOS, Request::Kind::dump);
    auto list = dump(all, decode_qos);
    if (!list)
        return explain_qos_error(list.error());
    return list;
}

Result<Pressure> Client::pressure() {
    auto get = request(KMEMCGD_CMD_GET_PRESSURE);
    auto answer = ask(get, decode_pressure);
    if (!answer)
        return explain_qos_error(answer.error());
    return answer;
}

Result<Watch> Client::watch(std::uint64_t id) {
    auto get = request(KMEMCGD_CMD_GET_WATCH);
    get.put_u64(KMEMCGD_A_WATCH_ID, id);
    auto watch = ask(get, decode_watch);
    if (!watch)
        return explain_watermark_error(watch.error());
    return watch;
}

Result<Listing<Watch>> Client::watches() {
    auto all = request(KMEMCGD_CMD_GET_WATCH, Request::Kind::dump);
    auto list = dump(all, decode_watch);
    if (!list)
        return explain_watermark_error(list.error());
    return list;
}

} // namespace kmemcgd
