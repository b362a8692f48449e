// SPDX-License-Identifier: GPL-2.0-only
// Classes in policy files: what is understood, what is planned, whom presets mean.
#include "policy/plan.hpp"
#include "policy/presets.hpp"
#include "policy_text.hpp"

#include <gmock/gmock.h>

namespace kmemcgd {
namespace {

using ::testing::HasSubstr;

constexpr std::uint64_t MiB = 1 << 20;

QosChange class_of(std::string_view lines) {
    const auto file = parsed(policy_with(lines));
    EXPECT_EQ(file.rules.size(), 1U);
    EXPECT_TRUE(!file.rules.empty() && file.rules[0].qos) << lines;
    return file.rules.empty() ? QosChange{} : file.rules[0].qos.value_or(QosChange{});
}

TEST(PolicyClass, EveryForm) {
    auto qos = class_of("class = \"burstable\"");
    EXPECT_EQ(qos.qos_class, 8U);
    EXPECT_EQ(qos.request_bytes, 0U);
    EXPECT_EQ(qos.request_ratio, 0U);
    EXPECT_EQ(qos.swap, 0U);
    EXPECT_EQ(class_of("class = 15").qos_class, 15U);
    EXPECT_EQ(class_of("class = \"3\"").qos_class, 3U);
    EXPECT_EQ(class_of("class = 0").qos_class, 0U);
    EXPECT_EQ(class_of("class = 8\nrequest = \"300M\"").request_bytes, 300 * MiB);
    EXPECT_EQ(class_of("class = 8\nrequest = 4096").request_bytes, 4096U);
    qos = class_of("request = \"50%\"\nswap = true\nclass = 8");
    EXPECT_EQ(qos.request_bytes, 0U);
    EXPECT_EQ(qos.request_ratio, 50U);
    EXPECT_EQ(qos.swap, 1U);
    qos = class_of("class = 8\nrequest = \"memory.low\"");
    EXPECT_EQ(qos.request_bytes, 0U);
    EXPECT_EQ(qos.request_ratio, 0U);
}

TEST(PolicyClass, WithAWatermarkOrWithout) {
    auto file = parsed(policy_with("class = 8\n[policy.watermark]\nratio = 95\nswap = true"));
    EXPECT_EQ(file.rules[0].watermark->ratio, 95U);
    EXPECT_EQ(file.rules[0].watermark->swap, 1U);
    EXPECT_EQ(file.rules[0].qos->swap, 0U);
    file = parsed(policy_with("class = 8"));
    EXPECT_FALSE(file.rules[0].watermark);
    file = parsed(policy_with("class = 8\nwatermark = \"off\""));
    ASSERT_TRUE(file.rules[0].watermark);
    EXPECT_EQ(file.rules[0].watermark->ratio, 0U);
    EXPECT_FALSE(parsed(policy_with("watermark = { ratio = 9 }")).rules[0].qos);
    EXPECT_FALSE(parsed(policy_with("opt_out = true")).rules[0].qos);
}

TEST(PolicyClass, ErrorsNameThePlace) {
    const struct {
        std::string lines;
        const char* place;
        const char* says;
    } cases[] = {
        {"class = \"burstabel\"", "p.toml:4:9: ", "no class \"burstabel\""},
        {"class = 16", "p.toml:4:9: ", "0 to 15"},
        {"class = -1", "p.toml:4:9: ", "no class \"-1\""},
        {"class = \"\"", "p.toml:4:9: ", "not empty"},
        {"class = 1.5", "p.toml:4:9: ", "found floating-point"},
        {"class = [8]", "p.toml:4:9: ", "found array"},
        {"request = \"50%\"", "p.toml:4:11: ", "has a request and no class"},
        {"watermark = { ratio = 9 }\nswap = true", "p.toml:5:8: ", "has a swap and no class"},
        {"class = 8\nrequest = \"101%\"", "p.toml:5:11: ", "0% to 100%"},
        {"class = 8\nrequest = \"memory.high\"", "p.toml:5:11: ", "request: "},
        {"class = 8\nrequest = -5", "p.toml:5:11: ", "request: "},
        {"class = 8\nswap = \"perhaps\"", "p.toml:5:8: ", "perhaps"},
        {"class = 8\nopt_out = true", "p.toml:4:9: ", "opts out and has a class"},
        {"class = 8\nwatermark = \"none\"", "p.toml:5:13: ", "or \"off\""},
        {"clas = 8", "p.toml:4:1: ", "unknown key \"clas\""},
    };
    for (const auto& one : cases) {
        const auto error = refused(policy_with(one.lines));
        EXPECT_THAT(error.message, HasSubstr(one.place)) << one.lines;
        EXPECT_THAT(error.message, HasSubstr(one.says)) << one.lines;
    }
    EXPECT_EQ(refused(policy_with("class = \"burstabel\"")).hint, "did you mean burstable?");
}

class ClassPlan : public ::testing::Test {
protected:
    ClassPlan() { host.cgroups = {{10, "/a", std::nullopt}, {11, "/b", 64 * MiB}}; }
    static Qos on(std::uint64_t id, std::uint32_t qos_class) {
        Qos qos;
        qos.id = id;
        qos.path = id == 10 ? "/a" : "/b";
        qos.qos_class = qos_class;
        qos.usage_bytes = 5; // which is nothing that can be set
        return qos;
    }
    static WatermarkPolicy marked(std::uint64_t id) {
        WatermarkPolicy policy;
        policy.id = id;
        policy.ratio = 90;
        policy.scale_factor = 50;
        return policy;
    }
    // "set watermark 10", one for each step that changes something.
    [[nodiscard]] std::vector<std::string> plan(std::string_view text,
                                                const Applied& applied = {}) const {
        const auto file = parsed(text);
        std::vector<std::string> list;
        for (const auto& step : make_plan(file, host, present, applied).steps) {
            if (step.kind != Step::Kind::keep)
                list.push_back(std::string(step.kind == Step::Kind::set ? "set " : "remove ") +
                               (step.what == What::qos ? "class " : "watermark ") +
                               std::to_string(step.id));
        }
        return list;
    }

    HostCgroups host;
    Present present;
};

using Steps = std::vector<std::string>;

TEST_F(ClassPlan, OnlyWhatDiffersIsSet) {
    const auto text = policy_with("class = 8\nrequest = \"50%\"");
    EXPECT_EQ(plan(text), Steps{"set class 10"});
    present.classes = {on(10, 8)};
    EXPECT_EQ(plan(text), Steps{"set class 10"});
    present.classes[0].request_ratio = 50;
    EXPECT_EQ(plan(text), Steps{});
    // A request of the other kind as well is not what the file says.
    present.classes[0].request_bytes = 5;
    EXPECT_EQ(plan(text), Steps{"set class 10"});
    present.classes[0].request_bytes = 0;
    present.classes[0].swap = 1;
    EXPECT_EQ(plan(text), Steps{"set class 10"});
}

TEST_F(ClassPlan, WatermarksFirst) {
    const auto text = policy_with("class = 8\nwatermark = { ratio = 90 }", "/*");
    EXPECT_EQ(plan(text),
              (Steps{"set watermark 10", "set watermark 11", "set class 10", "set class 11"}));
    present.policies = {marked(10), marked(11)};
    present.classes = {on(11, 8)};
    EXPECT_EQ(plan(text), Steps{"set class 10"});
}

TEST_F(ClassPlan, WhatARuleDoesNotSayIsLeftAlone) {
    present.classes = {on(10, 4)};
    present.policies = {marked(10)};
    EXPECT_EQ(plan(policy_with("watermark = { ratio = 90 }")), Steps{});
    EXPECT_EQ(plan(policy_with("class = 4")), Steps{});
    EXPECT_EQ(plan(""), Steps{});
}

TEST_F(ClassPlan, WhatNoRuleWantsAnyMoreGoesKindByKind) {
    present.classes = {on(10, 4), on(11, 4)};
    present.policies = {marked(10), marked(11)};
    EXPECT_EQ(plan("", {.watermarks = {10}, .classes = {11, 99}}),
              (Steps{"remove watermark 10", "remove class 11"}));
    // A rule that says something about one of both keeps that.
    EXPECT_EQ(plan(policy_with("class = 4"), {.watermarks = {10}, .classes = {10}}),
              Steps{"remove watermark 10"});
    EXPECT_EQ(
        plan(policy_with("watermark = { ratio = 90 }"), {.watermarks = {10}, .classes = {10}}),
        Steps{"remove class 10"});
}

TEST_F(ClassPlan, OptingOutRemovesBoth) {
    present.classes = {on(10, 4)};
    present.policies = {marked(10)};
    EXPECT_EQ(plan(policy_with("opt_out = true")), (Steps{"set watermark 10", "remove class 10"}));
    present.classes.clear();
    present.policies[0].ratio = 0;
    EXPECT_EQ(plan(policy_with("opt_out = true"), {.watermarks = {10}, .classes = {10}}), Steps{});
}

// The class that the kubernetes preset gives, as the file has it; 0: none.
QosChange preset_class(const std::string& path) {
    static const auto file = parsed("presets = [\"kubernetes\"]");
    const auto* rule = rule_for(file.rules, {1, path, std::nullopt}, 2);
    return rule != nullptr && rule->qos ? *rule->qos : complete(QosChange{});
}

TEST(KubernetesPreset, PodsHaveTheirQosClass) {
    const std::string uid = "5ae7a0a1_9df5_4a53_b5a7_2a3a5d7e6f10";
    const std::string dashed = "5ae7a0a1-9df5-4a53-b5a7-2a3a5d7e6f10";
    for (const std::string root : {"", "/kind"}) {
        const auto slices = root + "/kubepods.slice/";
        auto qos = preset_class(slices + "kubepods-besteffort.slice/kubepods-besteffort-pod" + uid +
                                ".slice");
        EXPECT_EQ(qos.qos_class, 4U) << root;
        EXPECT_EQ(qos.request_ratio, 0U);
        qos = preset_class(slices + "kubepods-burstable.slice/kubepods-burstable-pod" + uid +
                           ".slice");
        EXPECT_EQ(qos.qos_class, 8U) << root;
        EXPECT_EQ(qos.request_bytes, 0U);
        EXPECT_EQ(qos.request_ratio, 0U);
        qos = preset_class(slices + "kubepods-pod" + uid + ".slice");
        EXPECT_EQ(qos.qos_class, 12U) << root;
        EXPECT_EQ(qos.request_ratio, 100U);
        EXPECT_EQ(preset_class(root + "/kubepods/besteffort/pod" + dashed).qos_class, 4U) << root;
        EXPECT_EQ(preset_class(root + "/kubepods/burstable/pod" + dashed).qos_class, 8U) << root;
        EXPECT_EQ(preset_class(root + "/kubepods/pod" + dashed).qos_class, 12U) << root;
    }
}

TEST(KubernetesPreset, NobodyElseHasOne) {
    for (const auto* path :
         {"/kubepods.slice", "/kubepods", "/kubepods.slice/kubepods-besteffort.slice",
          "/kubepods/burstable", "/system.slice", "/system.slice/kubelet.service",
          "/kubepods/pod1/container", "/kubepods.slice/kubepods-pod1.slice/cri-containerd-1.scope",
          // What a besteffort pod may make within itself.
          "/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod1.slice/kubepods.slice/"
          "kubepods-pod2.slice",
          "/kubepods/besteffort/pod1/kubepods/pod2"})
        EXPECT_EQ(preset_class(path).qos_class, 0U) << path;
}

TEST(Presets, SystemdGivesNoClass) {
    for (const auto& rule : parsed("presets = [\"systemd\"]").rules)
        EXPECT_FALSE(rule.qos);
}

} // namespace
} // namespace kmemcgd
