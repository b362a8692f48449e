// SPDX-License-Identifier: GPL-2.0-only
#include "client/codec.hpp"
#include "client/names.hpp"
#include "render/json.hpp"

namespace kmemcgd {

void put_class(Json& json, std::uint32_t qos_class) {
    const auto name = class_name(qos_class);
    json["class"] = qos_class;
    json["class_name"] = named_class(name) ? Json(name) : Json(nullptr);
}

Json setting_json(const Qos& qos) {
    Json json{{"id", qos.id}, {"path", or_null(qos.path)}};
    put_class(json, qos.qos_class);
    json["request_bytes"] = qos.request_bytes;
    json["request_ratio"] = qos.request_ratio;
    json["swap"] = qos.swap != 0;
    return json;
}

Json to_json(const Qos& qos) {
    auto json = setting_json(qos);
    json["state"] = qos_state_name(qos.state);
    for (const auto& field : qos_fields())
        json[std::string(field.name)] = qos.*(field.member);
    return json;
}

Json to_json(const Pressure& pressure) {
    Json json{{"state", pressure_state_name(pressure.state)}, {"node", pressure.node}};
    for (const auto& field : pressure_fields())
        json[std::string(field.name)] = pressure.*(field.member);
    auto& classes = json["classes"] = Json::array();
    for (const auto& totals : pressure.classes) {
        Json one;
        put_class(one, totals.qos_class);
        one["memcgs"] = totals.memcgs;
        for (const auto& field : class_fields())
            one[std::string(field.name)] = totals.*(field.member);
        classes.push_back(std::move(one));
    }
    return json;
}

} // namespace kmemcgd
