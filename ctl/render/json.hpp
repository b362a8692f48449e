// SPDX-License-Identifier: GPL-2.0-only
// Values as JSON. docs/kmemcgctl.md describes the objects; adding a member is
// compatible, anything else needs a new schema number.
#pragma once

#include "client/result.hpp"
#include "client/types.hpp"

#include <optional>
#include <string>

#include <nlohmann/json.hpp>

namespace kmemcgd {

using Json = nlohmann::ordered_json;

constexpr int json_schema = 1;

template <class T>
Json or_null(const std::optional<T>& value) {
    return value ? Json(*value) : Json(nullptr);
}
inline Json or_null(const std::string& text) { // empty: it is not known, or there is none
    return text.empty() ? Json(nullptr) : Json(text);
}

Json json_document(); // {"schema": 1}
Json to_json(const Info& info);
Json to_json(const Capability& capability);
Json to_json(const Config& config);
Json to_json(const Memcg& memcg);
Json to_json(const Pass& pass);
Json to_json(const Stats& stats);
Json to_json(const WatermarkPolicy& policy);
Json to_json(const Watch& watch);
Json to_json(const Qos& qos);
Json to_json(const Pressure& pressure);
Json setting_json(const Qos& qos); // what can be set of it
Json to_json(const Event& event);
Json to_json(const Error& error);
Json to_json(const PinCounts& counts);

// "class" and "class_name": the name is null where it has none.
void put_class(Json& json, std::uint32_t qos_class);

// Paths are bytes, JSON is UTF-8: what is not gets replaced, never thrown at. Nothing
// but printable ASCII comes out, or a path could control the terminal.
std::string json_text(const Json& json, bool indented);

std::string fault_name(Fault fault);

} // namespace kmemcgd
