// SPDX-License-Identifier: GPL-2.0-only
// Acknowledgements, and what follows their error number.
#include "client/connection.hpp"
#include "fake_kernel.hpp"

#include <cerrno>
#include <limits>

#include <gmock/gmock.h>

namespace kmemcgd {
namespace {

using ::testing::HasSubstr;

// Acknowledges whatever it is sent with the same number.
class Acknowledging final : public Transport {
public:
    explicit Acknowledging(std::int32_t code) : code_(code) {}

    Status send(Bytes datagram) override {
        nlmsghdr header{};
        std::memcpy(&header, datagram.data(), sizeof(header));
        nlmsghdr ack{};
        ack.nlmsg_len = sizeof(ack) + sizeof(code_) + sizeof(header);
        ack.nlmsg_type = NLMSG_ERROR;
        ack.nlmsg_flags = NLM_F_CAPPED;
        ack.nlmsg_seq = header.nlmsg_seq;
        reply_.resize(ack.nlmsg_len);
        std::memcpy(reply_.data(), &ack, sizeof(ack));
        std::memcpy(&reply_[sizeof(ack)], &code_, sizeof(code_));
        std::memcpy(&reply_[sizeof(ack) + sizeof(code_)], &header, sizeof(header));
        return success();
    }
    Status join(std::uint32_t /*group*/) override { return success(); }
    Result<Received> receive(std::optional<TimePoint> /*deadline*/) override {
        return Received{Arrival::datagram, reply_};
    }

private:
    std::int32_t code_;
    Datagram reply_;
};

Result<Connection::Outcome> exchange(std::int32_t code) {
    const FakeClock clock;
    Connection connection(std::make_unique<Acknowledging>(code), clock);
    Request request(FakeKernel::family, KMEMCGD_CMD_GET_INFO, KMEMCGD_GENL_VERSION);
    return connection.exchange(request, [](const Message&) { return success(); });
}

TEST(Acknowledgement, ZeroIsSuccess) {
    EXPECT_TRUE(exchange(0).ok());
}

TEST(Acknowledgement, AnErrorIsTheKernels) {
    for (const int number : {EBUSY, 4095}) {
        const auto outcome = exchange(-number);
        ASSERT_FALSE(outcome.ok());
        EXPECT_EQ(outcome.error().error_number, number);
    }
}

TEST(Acknowledgement, WhatNoKernelSendsIsMalformed) {
    for (const std::int32_t code : {1, -4096, std::numeric_limits<std::int32_t>::min()}) {
        const auto outcome = exchange(code);
        ASSERT_FALSE(outcome.ok());
        EXPECT_THAT(outcome.error().message, HasSubstr("malformed")) << code;
        EXPECT_EQ(outcome.error().error_number, 0) << code;
    }
}

} // namespace
} // namespace kmemcgd
