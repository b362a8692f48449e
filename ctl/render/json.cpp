// SPDX-License-Identifier: GPL-2.0-only
#include "render/json.hpp"

#include "client/codec.hpp"
#include "client/config_fields.hpp"
#include "client/names.hpp"
#include "render/histogram.hpp"

namespace kmemcgd {
namespace {

Json histogram_json(const Histogram& histogram) {
    Json json;
    json["total"] = histogram_total(histogram);
    for (const unsigned percent : {50U, 95U, 99U})
        json["p" + std::to_string(percent) + "_below_ns"] =
            or_null(percentile_bound_ns(histogram, percent));
    json["max_below_ns"] = or_null(percentile_bound_ns(histogram, 100));
    json["log2_buckets"] = histogram;
    return json;
}

struct EventToJson {
    Json operator()(const PassBegin& begin) const {
        return {{"event", "pass-begin"},
                {"pass", {{"id", begin.id}, {"reason", reason_name(begin.reason)}}}};
    }
    Json operator()(const PassEnd& end) const {
        return {{"event", "pass-end"}, {"pass", to_json(end.pass)}};
    }
    Json operator()(const Freed& freed) const {
        return {{"event", "freed"}, {"count", freed.count}, {"total", freed.total}};
    }
    Json operator()(const ConfigChanged& changed) const {
        return {{"event", "config"}, {"config", to_json(changed.config)}};
    }
    Json operator()(const ReclaimBegin& begin) const {
        return {{"event", "reclaim-begin"}, {"watch", to_json(begin.watch)}};
    }
    Json operator()(const ReclaimEnd& end) const {
        return {{"event", "reclaim-end"}, {"watch", to_json(end.watch)}};
    }
    Json operator()(const NotConverged& hit) const {
        return {{"event", "not-converged"}, {"watch", to_json(hit.watch)}};
    }
    Json operator()(const PressureChanged& changed) const {
        return {{"event", "pressure"}, {"pressure", to_json(changed.pressure)}};
    }
    Json operator()(const Unloaded& /*unloaded*/) const {
        Json json;
        json["event"] = "unloaded";
        return json;
    }
};

} // namespace

Json json_document() {
    Json json;
    json["schema"] = json_schema;
    return json;
}

Json to_json(const Capability& capability) {
    return {{"name", capability.name},
            {"present", capability.present},
            {"required", capability.required},
            {"purpose", capability.purpose},
            {"reason", or_null(capability.reason)}};
}

Json to_json(const Info& info) {
    Json capabilities = Json::array();
    for (const auto& capability : info.capabilities)
        capabilities.push_back(to_json(capability));
    return {{"protocol", info.protocol},
            {"version", info.module_version},
            {"kernel", info.kernel_release},
            {"cgroup_version", info.cgroup_version},
            {"page_size_bytes", info.page_size_bytes},
            {"capabilities", capabilities}};
}

Json to_json(const Config& config) {
    Json json;
    for (const auto& field : config_fields()) {
        const auto value = config.at(field.attribute);
        json[std::string(field.name)] =
            field.quantity == Quantity::boolean ? Json(value != 0) : Json(value);
    }
    return json;
}

Json to_json(const Memcg& memcg) {
    return {{"id", memcg.id},
            {"path", memcg.path},
            {"state", state_name(memcg.state)},
            {"pin", pin_name(memcg.pin)},
            {"age_ms", or_null(memcg.age_ms)},
            {"memory_bytes", or_null(memcg.memory_bytes)},
            {"swap_bytes", or_null(memcg.swap_bytes)},
            {"file_bytes", or_null(memcg.file_bytes)},
            {"anon_bytes", or_null(memcg.anon_bytes)},
            {"refs", or_null(memcg.refs)},
            {"children", or_null(memcg.children)},
            {"tries", or_null(memcg.tries)},
            {"next_ms", or_null(memcg.next_ms)}};
}

Json to_json(const Pass& pass) {
    Json json{{"id", pass.id}, {"reason", reason_name(pass.reason)}};
    for (const auto& field : pass_fields())
        json[std::string(field.name)] = pass.*(field.member);
    return json;
}

Json to_json(const PinCounts& counts) {
    Json json;
    for (std::uint32_t pin = 0; pin < counts.size(); ++pin)
        json[pin_name(pin)] = counts[pin];
    return json;
}

Json to_json(const Stats& stats) {
    Json json;
    for (const auto& field : stats_fields())
        json[std::string(field.name)] = stats.*(field.member);
    json["left_by_pin"] = to_json(stats.left_by_pin);
    json["slice_hist"] = histogram_json(stats.slice_hist);
    json["resched_hist"] = histogram_json(stats.resched_hist);
    json["last_pass"] = stats.last_pass ? to_json(*stats.last_pass) : Json(nullptr);
    json["running_pass"] = or_null(stats.running_pass);
    json["zombie_pages"] = or_null(stats.zombie_pages);
    json["watermark_pages"] = or_null(stats.watermark_pages);
    json["node_pages"] = or_null(stats.node_pages);
    return json;
}

Json to_json(const WatermarkPolicy& policy) {
    return {{"id", or_null(policy.id)},
            {"path", or_null(policy.path)},
            {"ratio", policy.ratio},
            {"scale_factor", policy.scale_factor},
            {"high_headroom_bytes", policy.high_headroom_bytes},
            {"low_headroom_bytes", policy.low_headroom_bytes},
            {"swap", policy.swap != 0},
            {"swappiness", or_null(policy.swappiness)}};
}

Json to_json(const Watch& watch) {
    Json json{{"id", watch.id},
              {"path", or_null(watch.path)},
              {"policy_id", watch.policy_id == 0 ? Json(nullptr) : Json(watch.policy_id)},
              {"state", watch_state_name(watch.state)}};
    for (const auto& field : watch_fields())
        json[std::string(field.name)] = watch.*(field.member);
    json["last_hit_ms"] = or_null(watch.last_hit_ms);
    return json;
}

Json to_json(const Event& event) {
    return std::visit(EventToJson{}, event);
}

Json to_json(const Error& error) {
    return {{"code", static_cast<int>(error.fault)},
            {"name", fault_name(error.fault)},
            {"message", error.message},
            {"hint", or_null(error.hint)},
            {"errno", error.error_number == 0 ? Json(nullptr) : Json(error.error_number)}};
}

std::string json_text(const Json& json, bool indented) {
    return json.dump(indented ? 2 : -1, ' ', true, Json::error_handler_t::replace);
}

std::string fault_name(Fault fault) {
    switch (fault) {
    case Fault::usage:
        return "usage";
    case Fault::not_loaded:
        return "not-loaded";
    case Fault::permission:
        return "permission";
    case Fault::unsupported:
        return "unsupported";
    case Fault::partial:
        return "partial";
    case Fault::failed:
        break;
    }
    return "failed";
}

} // namespace kmemcgd
