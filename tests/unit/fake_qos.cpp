// SPDX-License-Identifier: GPL-2.0-only
// The part of the fake kernel that keeps classes.
#include "fake_kernel.hpp"

#include <algorithm>
#include <cerrno>

namespace kmemcgd {
namespace {

void take(const Attributes& request, int type, std::uint32_t& value) {
    if (const auto* attribute = request.find(type))
        value = *attribute->u32("value");
}

} // namespace

Attrs FakeKernel::qos_attrs(const Qos& qos) {
    Attrs attrs;
    attrs.put(KMEMCGD_A_QOS_ID, qos.id).put(KMEMCGD_A_QOS_CLASS, qos.qos_class);
    attrs.put(KMEMCGD_A_QOS_REQUEST_BYTES, qos.request_bytes);
    attrs.put(KMEMCGD_A_QOS_REQUEST_RATIO, qos.request_ratio);
    attrs.put(KMEMCGD_A_QOS_SWAP, qos.swap).put(KMEMCGD_A_QOS_STATE, qos.state);
    if (!qos.path.empty())
        attrs.text(KMEMCGD_A_QOS_PATH, qos.path);
    for (const auto& field : qos_fields())
        attrs.put(field.attribute, qos.*(field.member));
    return attrs;
}

Attrs FakeKernel::pressure_attrs(const Pressure& pressure) {
    Attrs attrs;
    attrs.put(KMEMCGD_A_PRESSURE_STATE, pressure.state);
    attrs.put(KMEMCGD_A_PRESSURE_NODE, pressure.node);
    for (const auto& field : pressure_fields())
        attrs.put(field.attribute, pressure.*(field.member));
    for (const auto& totals : pressure.classes) {
        Attrs one;
        one.put(KMEMCGD_A_CLASS_CLASS, totals.qos_class);
        one.put(KMEMCGD_A_CLASS_MEMCGS, totals.memcgs);
        for (const auto& field : class_fields())
            one.put(field.attribute, totals.*(field.member));
        attrs.nest(KMEMCGD_A_PRESSURE_CLASS, one);
    }
    return attrs;
}

Refusal FakeKernel::set_qos(const Attributes& request, std::uint64_t id, Attrs& reply) {
    const auto memcg = std::find_if(memcgs.begin(), memcgs.end(),
                                    [&](const auto& entry) { return entry.id == id; });
    if (memcg == memcgs.end())
        return {ENOENT, "no such memcg"};
    auto qos = std::find_if(classes.begin(), classes.end(),
                            [&](const auto& entry) { return entry.id == id; });
    if (qos == classes.end()) {
        if (request.find(KMEMCGD_A_QOS_CLASS) == nullptr)
            return {EINVAL, "class: it has none yet"};
        qos = classes.emplace(classes.end());
        qos->id = id;
        qos->path = memcg->path;
    }
    take(request, KMEMCGD_A_QOS_CLASS, qos->qos_class);
    if (const auto* attribute = request.find(KMEMCGD_A_QOS_REQUEST_BYTES))
        qos->request_bytes = *attribute->u64("request");
    take(request, KMEMCGD_A_QOS_REQUEST_RATIO, qos->request_ratio);
    take(request, KMEMCGD_A_QOS_SWAP, qos->swap);
    reply = qos_attrs(*qos);
    return {};
}

Refusal FakeKernel::serve_qos(int command, const Attributes& request, Attrs& reply) {
    if (command == KMEMCGD_CMD_GET_PRESSURE) {
        reply = pressure_attrs(pressure);
        return {};
    }
    if (command > KMEMCGD_CMD_GET_PRESSURE)
        return {EOPNOTSUPP, ""};
    const auto id = request.u64(KMEMCGD_A_QOS_ID, "id");
    if (!id)
        return {EINVAL, "an id is missing"};
    if (command == KMEMCGD_CMD_SET_QOS)
        return set_qos(request, *id, reply);
    const auto qos = std::find_if(classes.begin(), classes.end(),
                                  [&](const auto& entry) { return entry.id == *id; });
    if (qos == classes.end())
        return {ENOENT, "it has no class"};
    reply = qos_attrs(*qos);
    if (command == KMEMCGD_CMD_DEL_QOS)
        classes.erase(qos);
    return {};
}

} // namespace kmemcgd
