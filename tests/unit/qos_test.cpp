// SPDX-License-Identifier: GPL-2.0-only
// "kmemcgctl qos" and "pressure" against the fake kernel and a tree of directories that
// stands for cgroupfs.
#include "temporary_directory.hpp"

#include <cerrno>

#include <gmock/gmock.h>

namespace kmemcgd {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class QosCommand : public ::testing::Test {
protected:
    QosCommand() {
        for (const auto* path : {"/app", "/app/part", "/pods/a", "/pods/b", "/pods"})
            add_cgroup(program.kernel, root, path);
    }

    [[nodiscard]] std::uint64_t id(const std::string& path) const {
        return inode_number(root + path);
    }
    Qos& give(const std::string& path, std::uint32_t qos_class,
              std::uint32_t state = KMEMCGD_QOS_WITHIN, std::uint64_t overuse_permille = 0) {
        Qos qos;
        qos.id = id(path);
        qos.path = path;
        qos.qos_class = qos_class;
        qos.state = state;
        qos.overuse_permille = overuse_permille;
        program.kernel.classes.push_back(qos);
        return program.kernel.classes.back();
    }
    [[nodiscard]] const Qos* found(const std::string& path) const {
        return with_path(program.kernel.classes, path);
    }
    int run(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), {"--cgroup-root", root, "qos"});
        return program.run(arguments);
    }

    Program program;
    TemporaryDirectory directory;
    const std::string& root = directory.path();
};

TEST_F(QosCommand, SetGivesAClassAndKeepsTheRest) {
    EXPECT_EQ(run({"set", "/app", "--class", "burstable", "--request", "300M", "--json"}), 0);
    EXPECT_EQ(program.json()["schema"], 1);
    EXPECT_EQ(program.json()["classes"][0]["path"], "/app");
    EXPECT_EQ(program.json()["classes"][0]["class"], 8);
    EXPECT_EQ(program.json()["classes"][0]["request_bytes"], 300 << 20);
    EXPECT_TRUE(program.json()["failures"].empty());
    EXPECT_EQ(run({"set", std::to_string(id("/app")), "--swap", "on"}), 0);
    ASSERT_NE(found("/app"), nullptr);
    EXPECT_EQ(found("/app")->request_bytes, 300U << 20);
    EXPECT_EQ(found("/app")->swap, 1U);
    program.terminal = true;
    EXPECT_EQ(run({"set", root + "/app", "--request", "50%"}), 0);
    EXPECT_THAT(program.out.str(), HasSubstr("50 %"));
    EXPECT_EQ(found("/app")->request_bytes, 0U);
    EXPECT_EQ(found("/app")->request_ratio, 50U);
    EXPECT_EQ(found("/app")->qos_class, 8U);
}

TEST_F(QosCommand, SetOnAGlobAndWhereOneFails) {
    EXPECT_EQ(run({"set", "/pods/*", "/nowhere", "--class", "4", "--json"}), 6);
    EXPECT_THAT(program.paths("classes"), ElementsAre("/pods/a", "/pods/b"));
    EXPECT_EQ(program.json()["failures"][0]["target"], "/nowhere");
    EXPECT_EQ(found("/pods"), nullptr);
}

TEST_F(QosCommand, BadInputSendsNothing) {
    EXPECT_EQ(run({"set", "/app"}), 2);
    EXPECT_THAT(program.err.str(), HasSubstr("nothing is set"));
    EXPECT_EQ(run({"set", "/app", "--class", "guarantied"}), 2);
    EXPECT_THAT(program.err.str(), HasSubstr("did you mean guaranteed?"));
    EXPECT_EQ(run({"set", "/app", "--class", "8", "--request", "half"}), 2);
    EXPECT_EQ(run({"set", "--class", "8"}), 2);
    EXPECT_EQ(run({"sett"}), 2);
    EXPECT_TRUE(program.kernel.asked.empty());
    EXPECT_EQ(run({"set", "/nowhere", "--class", "8"}), 1);
    EXPECT_THAT(program.err.str(), HasSubstr("there is no cgroup /nowhere"));
    EXPECT_TRUE(program.kernel.classes.empty());
}

TEST_F(QosCommand, WhatTheKernelRefuses) {
    EXPECT_EQ(run({"set", "/app", "--request", "5M"}), 1);
    EXPECT_THAT(program.err.str(), HasSubstr("/app: class: it has none yet"));
    program.kernel.refusals[KMEMCGD_CMD_SET_QOS] = {ERANGE, "integer out of range"};
    EXPECT_EQ(run({"set", "/app", "--class", "16"}), 1);
    EXPECT_THAT(program.err.str(), HasSubstr("integer out of range"));
    program.kernel.refusals[KMEMCGD_CMD_SET_QOS] = {EPERM, ""};
    EXPECT_EQ(run({"set", "/app", "/pods", "--class", "8"}), 4);
    EXPECT_THAT(program.err.str(), HasSubstr("CAP_NET_ADMIN"));
    program.kernel.refusals[KMEMCGD_CMD_GET_QOS] = {EPERM, ""};
    EXPECT_EQ(run({"show"}), 4);
    program.kernel.loaded = false;
    EXPECT_EQ(run({"show"}), 3);
    EXPECT_EQ(program.run({"pressure"}), 3);
}

TEST_F(QosCommand, AModuleThatIsTooOld) {
    program.kernel.has_classes = false;
    for (const auto& words : std::vector<std::vector<std::string>>{
             {"set", "/app", "--class", "8"}, {"show"}, {"show", "/app"}, {"unset", "/app"}}) {
        EXPECT_EQ(run(words), 5) << words.front();
        EXPECT_THAT(program.err.str(),
                    HasSubstr("the loaded module, version 0.1.0, has no classes"));
        EXPECT_THAT(program.err.str(), HasSubstr("install and load version"));
    }
    EXPECT_EQ(program.run({"pressure"}), 5);
}

TEST_F(QosCommand, ShowIsInTheOrderThatMemoryIsTakenIn) {
    give("/app", 8, KMEMCGD_QOS_OVER, 100);
    give("/app/part", 4, KMEMCGD_QOS_WITHIN);
    give("/pods", 4, KMEMCGD_QOS_BELOW);
    give("/pods/a", 4, KMEMCGD_QOS_OVER, 200);
    give("/pods/b", 4, KMEMCGD_QOS_OVER, 3000);
    EXPECT_EQ(run({"show", "--json"}), 0);
    EXPECT_THAT(program.paths("classes"),
                ElementsAre("/pods/b", "/pods/a", "/app", "/app/part", "/pods"));
    EXPECT_EQ(program.json()["complete"], true);
    EXPECT_THAT(program.json()["classes"][4]["note"].get<std::string>(), HasSubstr("below it"));
    EXPECT_EQ(program.json()["classes"][0]["note"], nullptr);
    program.terminal = true;
    EXPECT_EQ(run({}), 0);
    EXPECT_THAT(program.out.str(), HasSubstr("besteffort"));
    EXPECT_THAT(program.out.str(), HasSubstr("OVERUSE"));
    EXPECT_EQ(run({"show", "/pods/*", "--json"}), 0);
    EXPECT_THAT(program.paths("classes"), ElementsAre("/pods/b", "/pods/a"));
}

TEST_F(QosCommand, ShowOfOneHasEverything) {
    auto& app = give("/app", 5, KMEMCGD_QOS_STUCK, 2500);
    app.usage_bytes = 64 << 20;
    app.protected_bytes = 1 << 20;
    app.request_ratio = 10;
    program.terminal = true;
    EXPECT_EQ(run({"show", "/app"}), 0);
    EXPECT_THAT(program.out.str(), HasSubstr("64.0 MiB"));
    EXPECT_THAT(program.out.str(), HasSubstr("250.0 %"));
    EXPECT_THAT(program.out.str(), HasSubstr("nothing of it could be reclaimed"));
    program.terminal = false;
    EXPECT_EQ(run({"show", "/app"}), 0);
    EXPECT_THAT(program.out.str(), HasSubstr("class\t5\t"));
    EXPECT_THAT(program.out.str(), HasSubstr("overuse_permille\t2500\t"));
}

TEST_F(QosCommand, WhoHasNoneIsTold) {
    program.terminal = true;
    EXPECT_EQ(run({}), 0);
    EXPECT_THAT(program.out.str(), HasSubstr("no cgroup has a class"));
    EXPECT_EQ(run({"show", "/app/part"}), 1);
    EXPECT_THAT(program.err.str(), HasSubstr("no class is set for /app/part"));
    EXPECT_THAT(program.err.str(), HasSubstr("qos set /app/part --class burstable"));
    give("/app", 8);
    EXPECT_EQ(run({"show", "/app/part"}), 1);
    EXPECT_THAT(program.err.str(), HasSubstr("it is part of /app, which is burstable"));
    EXPECT_EQ(run({"show", "/app", "/app/part", "--json"}), 6);
    EXPECT_THAT(program.paths("classes"), ElementsAre("/app"));
    EXPECT_EQ(run({"show", "99999999"}), 1);
    EXPECT_THAT(program.err.str(), HasSubstr("no memcg with the id 99999999"));
    EXPECT_EQ(run({"show", "/x*"}), 1);
    EXPECT_THAT(program.err.str(), HasSubstr("no class matches /x*"));
}

TEST_F(QosCommand, ADumpThatKeepsChangingIsPartial) {
    give("/app", 8);
    program.kernel.interrupted_dumps = 3;
    EXPECT_EQ(run({"show", "--json"}), 6);
    EXPECT_EQ(program.json()["complete"], false);
}

TEST_F(QosCommand, UnsetTakesAway) {
    give("/pods/a", 4);
    give("/pods/b", 4);
    give("/app", 8);
    EXPECT_EQ(run({"unset", "/pods/*", "--json"}), 0);
    EXPECT_THAT(program.paths("deleted"), ElementsAre("/pods/a", "/pods/b"));
    EXPECT_EQ(program.kernel.classes.size(), 1U);
    EXPECT_EQ(run({"unset", "/pods/a"}), 1);
    EXPECT_THAT(program.err.str(), HasSubstr("no class is set for /pods/a"));
    EXPECT_EQ(run({"unset", "/app"}), 0);
    EXPECT_TRUE(program.kernel.classes.empty());
}

class PressureCommand : public ::testing::Test {
protected:
    PressureCommand() {
        auto& pressure = program.kernel.pressure;
        pressure.state = KMEMCGD_PRESSURE_RECLAIMING;
        pressure.node = 1;
        pressure.margin_bytes = 100 << 20;
        pressure.threshold_bytes = 200 << 20;
        pressure.goal_bytes = 250 << 20;
        pressure.fill_rate = 5 << 20;
        pressure.classes = {{KMEMCGD_CLASS_BESTEFFORT, 2, 7, 3 << 20}, {5, 1, 0, 0}};
    }
    std::string said() {
        program.terminal = true;
        EXPECT_EQ(program.run({"pressure"}), 0);
        return program.out.str();
    }
    Program program;
};

TEST_F(PressureCommand, SaysWhetherMemoryIsShort) {
    EXPECT_THAT(said(), HasSubstr("node 1 is short: 100 MiB to spare, below 200 MiB; memory is "
                                  "taken up to 250 MiB"));
    EXPECT_THAT(said(), HasSubstr("5.0 MiB/s"));
    EXPECT_THAT(said(), HasSubstr("besteffort"));
    program.kernel.pressure.state = KMEMCGD_PRESSURE_NOTHING;
    EXPECT_THAT(said(), HasSubstr("nobody has any to give"));
    program.kernel.pressure.state = KMEMCGD_PRESSURE_CALM;
    EXPECT_THAT(said(), HasSubstr("calm: node 1"));
    program.kernel.pressure.classes.clear();
    program.kernel.pressure.state = KMEMCGD_PRESSURE_OFF;
    EXPECT_THAT(said(), HasSubstr("config set node_free=512M"));
    EXPECT_THAT(said(), Not(HasSubstr("besteffort")));
    program.kernel.pressure.state = 9;
    EXPECT_THAT(said(), HasSubstr("unknown-9"));
}

TEST_F(PressureCommand, ForPrograms) {
    EXPECT_EQ(program.run({"pressure", "--json"}), 0);
    const auto json = program.json()["pressure"];
    EXPECT_EQ(json["state"], "reclaiming");
    EXPECT_EQ(json["margin_bytes"], 100 << 20);
    EXPECT_EQ(json["classes"][0]["class_name"], "besteffort");
    EXPECT_EQ(json["classes"][1]["memcgs"], 1);
    EXPECT_EQ(program.run({"pressure"}), 0);
    EXPECT_THAT(program.out.str(), HasSubstr("threshold_bytes\t209715200\t"));
    EXPECT_THAT(program.out.str(), HasSubstr("besteffort.reclaimed_bytes\t3145728\t"));
    EXPECT_THAT(program.out.str(), HasSubstr("5.memcgs\t1\t"));
}

TEST_F(PressureCommand, MonitorPrintsTheEvent) {
    program.kernel.event(KMEMCGD_CMD_PRESSURE_NTF,
                         FakeKernel::pressure_attrs(program.kernel.pressure));
    program.kernel.event(KMEMCGD_CMD_PRESSURE_NTF,
                         FakeKernel::pressure_attrs(program.kernel.pressure));
    EXPECT_EQ(program.run({"monitor", "--count", "1"}), 0);
    EXPECT_THAT(program.out.str(), HasSubstr("pressure    state=reclaiming node=1 margin_bytes="));
    EXPECT_THAT(program.out.str(), HasSubstr(" besteffort.reclaimed_bytes=3145728"));
    EXPECT_EQ(program.run({"monitor", "--count", "1", "--json"}), 0);
    EXPECT_EQ(program.json()["event"], "pressure");
    EXPECT_EQ(program.json()["pressure"]["classes"][0]["reclaimed_bytes"], 3 << 20);
}

TEST_F(PressureCommand, StatusHasItWhereAThresholdIsSet) {
    program.kernel.pressure.state = KMEMCGD_PRESSURE_OFF;
    EXPECT_EQ(program.run({"--json", "status"}), 0);
    EXPECT_TRUE(program.json()["pressure"].is_null());
    program.kernel.pressure.state = KMEMCGD_PRESSURE_NOTHING;
    EXPECT_EQ(program.run({"--json", "status"}), 0);
    EXPECT_EQ(program.json()["pressure"]["state"], "nothing");
    program.terminal = true;
    EXPECT_EQ(program.run({"status"}), 0);
    EXPECT_THAT(program.out.str(), HasSubstr("nobody with a class has any to give"));
}

TEST_F(PressureCommand, ABrokenEventIsAnError) {
    Attrs attrs;
    attrs.put(KMEMCGD_A_PRESSURE_STATE, std::uint32_t{1});
    program.kernel.event(KMEMCGD_CMD_PRESSURE_NTF, attrs);
    EXPECT_EQ(program.run({"monitor", "--count", "1"}), 1);
    EXPECT_THAT(program.err.str(), HasSubstr("node is missing"));
}

} // namespace
} // namespace kmemcgd
