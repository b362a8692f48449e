// SPDX-License-Identifier: GPL-2.0-only
// The real socket, against the kernel's own generic netlink family, which answers
// anybody: what signals do to those who wait.
#include "client/mnl_transport.hpp"

#include <array>
#include <csignal>
#include <thread>

#include <gtest/gtest.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <pthread.h>

using namespace kmemcgd;
using namespace std::chrono_literals;

namespace {

TimePoint in(std::chrono::milliseconds time) {
    return std::chrono::steady_clock::now() + time;
}

class MnlTransportTest : public ::testing::Test {
protected:
    void SetUp() override {
        auto opened = open_mnl_transport();
        if (!opened)
            GTEST_SKIP() << opened.error().message;
        transport_ = std::move(*opened);
    }

    // Asks for the family that answers, so that something can be received.
    void ask() {
        std::array<std::byte, 256> buffer{};
        nlmsghdr* const header = mnl_nlmsg_put_header(buffer.data());
        header->nlmsg_type = GENL_ID_CTRL;
        header->nlmsg_flags = NLM_F_REQUEST;
        auto* const generic =
            static_cast<genlmsghdr*>(mnl_nlmsg_put_extra_header(header, sizeof(genlmsghdr)));
        generic->cmd = CTRL_CMD_GETFAMILY;
        mnl_attr_put_strz(header, CTRL_ATTR_FAMILY_NAME, "nlctrl");
        ASSERT_TRUE(transport_->send(std::span(buffer).first(header->nlmsg_len)));
    }

    Arrival receive(std::chrono::milliseconds time) {
        auto received = transport_->receive(in(time));
        EXPECT_TRUE(received) << received.error().message;
        return received ? received->arrival : Arrival::lost;
    }

    std::unique_ptr<Transport> transport_;
};

TEST_F(MnlTransportTest, AnAnswerArrives) {
    ask();
    EXPECT_EQ(receive(10s), Arrival::datagram);
    EXPECT_EQ(receive(0ms), Arrival::timed_out);
}

TEST_F(MnlTransportTest, AnotherSignalDoesNotEndTheWait) {
    struct sigaction action {
    }, outer{};
    action.sa_handler = [](int) {};
    ASSERT_EQ(::sigaction(SIGUSR1, &action, &outer), 0);
    const pthread_t waiting = ::pthread_self();
    std::jthread disturber([waiting](const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            ::pthread_kill(waiting, SIGUSR1);
            std::this_thread::sleep_for(1ms);
        }
    });
    const auto began = std::chrono::steady_clock::now();
    EXPECT_EQ(receive(50ms), Arrival::timed_out);
    EXPECT_GE(std::chrono::steady_clock::now() - began, 50ms);
    disturber.request_stop();
    disturber.join();
    ::sigaction(SIGUSR1, &outer, nullptr);
}

TEST_F(MnlTransportTest, AnInterruptEndsTheWait) {
    const InterruptGuard guard;
    std::raise(SIGTERM);
    EXPECT_EQ(receive(10s), Arrival::interrupted);
}

TEST_F(MnlTransportTest, AnInterruptDuringTheWaitEndsIt) {
    const InterruptGuard guard;
    const pthread_t waiting = ::pthread_self();
    std::jthread interrupter([waiting] {
        std::this_thread::sleep_for(20ms);
        ::pthread_kill(waiting, SIGINT);
    });
    EXPECT_EQ(receive(10s), Arrival::interrupted);
}

// Nor is the interrupt lost: the next wait ends with it, and those after it.
TEST_F(MnlTransportTest, AnInterruptDoesNotEndTheWaitForAnAnswer) {
    const InterruptGuard guard;
    std::raise(SIGTERM);
    const auto quiet = transport_->receive_answer(in(20ms));
    ASSERT_TRUE(quiet);
    EXPECT_EQ(quiet->arrival, Arrival::timed_out);
    ask();
    const auto answer = transport_->receive_answer(in(10s));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->arrival, Arrival::datagram);
    EXPECT_EQ(receive(10s), Arrival::interrupted);
    EXPECT_EQ(receive(10s), Arrival::interrupted);
}

// It would never end where events come without a pause.
TEST_F(MnlTransportTest, AnInterruptComesBeforeWhatIsThereToRead) {
    const InterruptGuard guard;
    ask();
    std::raise(SIGINT);
    EXPECT_EQ(receive(10s), Arrival::interrupted);
}

} // namespace
