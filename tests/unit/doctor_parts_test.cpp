// SPDX-License-Identifier: GPL-2.0-only
// The parts of "kmemcgctl doctor" that are not worth a whole host.
#include "doctor/host_facts.hpp"
#include "doctor/path_groups.hpp"
#include "doctor/text_file.hpp"

#include <cerrno>

#include <gmock/gmock.h>

namespace kmemcgd {
namespace {

TEST(DoctorPatterns, FoldNumbersAndIds) {
    const std::pair<const char*, const char*> cases[] = {
        {"/system.slice/cron.service", "/system.slice/cron.service"},
        {"/user.slice/user-1000.slice/session-c12.scope",
         "/user.slice/user-N.slice/session-cN.scope"},
        {"/kubepods/burstable/podd0e1f2a3-0102-4a5b-8c7d-0123456789ab/0a1b2c3d4e5f",
         "/kubepods/burstable/podID/ID"},
        {"/kubepods.slice/kubepods-pod01234567_89ab_cdef_0123_456789abcdef.slice",
         "/kubepods.slice/kubepods-podID.slice"},
        {"/kubepods/pod0123456789abcdef0123456789abcdef", "/kubepods/podID"},
        {"/kubepods/podd123456789abcdef0123456789abcdef", "/kubepods/podID"},
        {"/system.slice/run-r0123456789abcdef0123456789abcdef.scope",
         "/system.slice/run-rID.scope"},
        {"/system.slice/run-u17.service", "/system.slice/run-uN.service"},
        {"/decade/facade", "/decade/facade"}, // letters only
        {"/cafe1", "/cafeN"},                 // too short
        {"/20261125", "/N"},                  // digits only
        {"/deadbeef2x", "/deadbeefNx"},       // goes on as a word
        {"/pod", "/pod"},
        {"", ""},
    };
    for (const auto& [path, pattern] : cases)
        EXPECT_EQ(path_pattern(path), pattern) << path;
}

TEST(DoctorPatterns, NameTheLikelyMaker) {
    const std::pair<const char*, const char*> cases[] = {
        {"/system.slice/cron.service", "cron"},
        {"/system.slice/crond.service/x", "cron"},
        {"/user.slice/user-0.slice/session-1.scope", "login"},
        {"/kubepods/podx/docker-0123.scope", "kubernetes"},
        {"/docker/0123", "docker"},
        {"/system.slice/docker-0123.scope", "docker"},
        {"/machine.slice/libpod-0123.scope", "podman"},
        {"/system.slice/cri-containerd-0.scope", "containerd"},
        {"/system.slice/run-u17.service", "systemd-run"},
        {"/system.slice/backup.service", "systemd"},
        {"/jobs/7", ""},
    };
    for (const auto& [path, maker] : cases)
        EXPECT_EQ(likely_maker(path), maker) << path;
}

TEST(DoctorPatterns, LargestComeFirst) {
    PathGroups groups;
    groups.add("/b1");
    groups.add("/a1");
    groups.add("/c1", 5);
    groups.add("/", 2, "/*");
    const auto list = groups.largest(3);
    ASSERT_EQ(list.size(), 3U);
    EXPECT_EQ(list[0].pattern, "/cN");
    EXPECT_EQ(list[0].count, 5U);
    EXPECT_EQ(list[1].pattern, "/*");
    EXPECT_EQ(list[2].pattern, "/aN");
}

TEST(DoctorFiles, ValuesOfLines) {
    EXPECT_EQ(value_of("max_local 7\nmax 3\n", "max"), 3U);
    EXPECT_EQ(value_of("Percpu:    712 kB\n", "Percpu"), 712U);
    EXPECT_EQ(value_of("max\n", "max"), std::nullopt);
    EXPECT_EQ(value_of("max x\n", "max"), std::nullopt);
    EXPECT_EQ(value_of("max 99999999999999999999\n", "max"), std::nullopt);
    EXPECT_EQ(value_of("", "max"), std::nullopt);
    EXPECT_EQ(only_value("12\n"), 12U);
    EXPECT_EQ(only_value("12 13\n"), std::nullopt);
    EXPECT_EQ(only_value("max\n"), std::nullopt);
    EXPECT_EQ(only_value(""), std::nullopt);
    const auto gone = read_text_file("/nonexistent/file");
    ASSERT_FALSE(gone);
    EXPECT_THAT(gone.error().message, ::testing::HasSubstr("/nonexistent/file"));
    EXPECT_EQ(gone.error().error_number, ENOENT);
}

TEST(DoctorFiles, WhatTheKernelWrites) {
    EXPECT_EQ(parse_kernel_version("6.1.0-56-amd64"), (KernelVersion{6, 1}));
    EXPECT_EQ(parse_kernel_version("7.12-rc3"), (KernelVersion{7, 12}));
    EXPECT_LT((KernelVersion{6, 12}), (KernelVersion{7, 1}));
    EXPECT_EQ(parse_kernel_version("six"), std::nullopt);
    EXPECT_EQ(parse_kernel_version("6"), std::nullopt);
    EXPECT_EQ(parse_lockdown("none [integrity] confidentiality\n"), "integrity");
    EXPECT_EQ(parse_lockdown("]["), "");
    EXPECT_EQ(parse_memory_cgroups("#a b c d\nmemory 0 77 1\n"), 77U);
    EXPECT_EQ(parse_memory_cgroups("cpu 0 77 1\n"), std::nullopt);
}

} // namespace
} // namespace kmemcgd
