// SPDX-License-Identifier: GPL-2.0-only
#include "client/connection.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fmt/format.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>

namespace kmemcgd {
namespace {

// The kernel answers while send() runs; this only ends a wait that a lost
// message would make endless. Generous, because emulated machines are slow.
constexpr std::chrono::seconds answer_limit{30};

constexpr std::string_view unknown_attribute = "Unknown attribute type";
constexpr auto same_release = "install kmemcgctl and the module from the same release";

// What the kernel calls MAX_ERRNO: no error number is larger.
constexpr std::int32_t largest_error_number = 4095;

struct Refusal {
    std::string said;
    std::optional<std::uint16_t> attribute;
    std::optional<std::pair<std::uint64_t, std::uint64_t>> allowed;
};

void read_policy(const Attribute& nest, Refusal& refusal) {
    const auto policy = Attributes::parse(nest.payload);
    if (!policy)
        return;
    const auto low = policy->u64(NL_POLICY_TYPE_ATTR_MIN_VALUE_U, "min");
    const auto high = policy->u64(NL_POLICY_TYPE_ATTR_MAX_VALUE_U, "max");
    if (low && high)
        refusal.allowed = {*low, *high};
}

// What follows the error number only explains it: if it is malformed, the
// error itself must still get through.
Refusal read_extended_ack(const Request& request, Bytes tlvs) {
    Refusal refusal;
    const auto attributes = Attributes::parse(tlvs);
    if (!attributes)
        return refusal;
    if (const auto* text = attributes->find(NLMSGERR_ATTR_MSG))
        refusal.said = text->string();
    if (const auto* at = attributes->find(NLMSGERR_ATTR_OFFS)) {
        if (const auto offset = at->u32("offset"))
            refusal.attribute = request.attribute_at(*offset);
    }
    if (const auto* policy = attributes->find(NLMSGERR_ATTR_POLICY))
        read_policy(*policy, refusal);
    return refusal;
}

Error refuse(const Request& request, int code, bool explained, Bytes tlvs) {
    const auto refusal = explained ? read_extended_ack(request, tlvs) : Refusal{};
    auto error = kernel_error(-code, refusal.said);
    error.attribute = refusal.attribute;
    error.allowed = refusal.allowed;
    return error;
}

Result<int> read_code(Bytes& payload) {
    std::int32_t code = 0;
    if (payload.size() < sizeof(code))
        return malformed("an acknowledgement without its error number");
    std::memcpy(&code, payload.data(), sizeof(code));
    payload = payload.subspan(sizeof(code));
    if (code > 0 || code < -largest_error_number)
        return malformed(fmt::format("an acknowledgement with error number {}", code));
    return code;
}

// struct nlmsgerr: the number, our message's header, the rest of our message
// unless NLM_F_CAPPED, and the extended ack behind that.
Status handle_error(const Request& request, const nlmsghdr& header, Bytes payload, bool& done) {
    const auto code = read_code(payload);
    if (!code)
        return code.error();
    done = true;
    if (*code == 0)
        return success();
    nlmsghdr original{};
    bool explained = (header.nlmsg_flags & NLM_F_ACK_TLVS) != 0;
    if (payload.size() >= sizeof(original)) {
        std::memcpy(&original, payload.data(), sizeof(original));
        std::size_t skip = sizeof(original);
        if ((header.nlmsg_flags & NLM_F_CAPPED) == 0)
            skip = std::max<std::size_t>(skip, NLMSG_ALIGN(original.nlmsg_len));
        explained = explained && skip <= payload.size();
        payload = payload.subspan(explained ? skip : payload.size());
    } else {
        explained = false;
    }
    return refuse(request, *code, explained, payload);
}

Status handle_done(const Request& request, const nlmsghdr& header, Bytes payload, bool& done) {
    const auto code = read_code(payload);
    if (!code)
        return code.error();
    done = true;
    if (*code == 0)
        return success();
    return refuse(request, *code, (header.nlmsg_flags & NLM_F_ACK_TLVS) != 0, payload);
}

} // namespace

Error kernel_error(int error_number, const std::string& said) {
    const std::string reason = std::strerror(error_number);
    Error error{.message = said.empty() ? reason : fmt::format("{} ({})", said, reason),
                .error_number = error_number};
    // Without a text it is netlink itself that says so: the family has just gone.
    if (said.empty() && (error_number == ENOENT || error_number == EPROTONOSUPPORT)) {
        error.fault = Fault::not_loaded;
        error.message = "the kmemcgd module is being unloaded";
        error.hint = "modprobe kmemcgd";
        return error;
    }
    switch (error_number) {
    case EPERM:
    case EACCES:
        error.fault = Fault::permission;
        error.hint = "run it as root: this needs CAP_NET_ADMIN in the initial user namespace";
        break;
    case EPROTONOSUPPORT:
    case EOPNOTSUPP:
        error.fault = Fault::unsupported;
        error.hint = same_release;
        break;
    case EINVAL:
        // Netlink's own words, and not the module's: it is older than we are.
        if (said == unknown_attribute) {
            error.fault = Fault::unsupported;
            error.message = "the module does not know an attribute of the request";
            error.hint = same_release;
        }
        break;
    default:
        break;
    }
    return error;
}

Request::Request(std::uint16_t family, std::uint8_t command, std::uint8_t version, Kind kind) {
    auto* message = mnl_nlmsg_put_header(buffer_.data());
    message->nlmsg_type = family;
    message->nlmsg_flags =
        kind == Kind::dump ? NLM_F_REQUEST | NLM_F_DUMP : NLM_F_REQUEST | NLM_F_ACK;
    auto* generic =
        static_cast<genlmsghdr*>(mnl_nlmsg_put_extra_header(message, sizeof(genlmsghdr)));
    generic->cmd = command;
    generic->version = version;
}

nlmsghdr* Request::header() {
    return reinterpret_cast<nlmsghdr*>(buffer_.data());
}

Request& Request::put_u32(std::uint16_t type, std::uint32_t value) {
    mnl_attr_put_u32(header(), type, value);
    return *this;
}

Request& Request::put_u64(std::uint16_t type, std::uint64_t value) {
    mnl_attr_put_u64(header(), type, value);
    return *this;
}

Request& Request::put_string(std::uint16_t type, const std::string& value) {
    mnl_attr_put_strz(header(), type, value.c_str());
    return *this;
}

void Request::set_sequence(std::uint32_t sequence) {
    header()->nlmsg_seq = sequence;
}

Bytes Request::bytes() const {
    nlmsghdr message{};
    std::memcpy(&message, buffer_.data(), sizeof(message));
    return Bytes(buffer_).first(message.nlmsg_len);
}

std::optional<std::uint16_t> Request::attribute_at(std::size_t offset) const {
    const auto all = bytes();
    nlattr attribute{};
    if (offset < NLMSG_HDRLEN + GENL_HDRLEN || offset + sizeof(attribute) > all.size())
        return std::nullopt;
    std::memcpy(&attribute, all.data() + offset, sizeof(attribute));
    return static_cast<std::uint16_t>(attribute.nla_type & NLA_TYPE_MASK);
}

Status for_each_message(Bytes datagram, const std::function<Status(const nlmsghdr&, Bytes)>& each) {
    while (!datagram.empty()) {
        nlmsghdr header{};
        if (datagram.size() < sizeof(header))
            return malformed(fmt::format("{} bytes where a message should be", datagram.size()));
        std::memcpy(&header, datagram.data(), sizeof(header));
        if (header.nlmsg_len < sizeof(header) || header.nlmsg_len > datagram.size())
            return malformed(fmt::format("a message of length {} where {} bytes are left",
                                         header.nlmsg_len, datagram.size()));
        auto handled =
            each(header, datagram.subspan(sizeof(header), header.nlmsg_len - sizeof(header)));
        if (!handled)
            return handled;
        const std::size_t step = NLMSG_ALIGN(header.nlmsg_len);
        datagram = datagram.subspan(std::min(step, datagram.size()));
    }
    return success();
}

Result<Message> generic_message(const nlmsghdr& header, Bytes payload) {
    genlmsghdr generic{};
    if (payload.size() < sizeof(generic))
        return malformed("a message without its generic netlink header");
    std::memcpy(&generic, payload.data(), sizeof(generic));
    return Message{header.nlmsg_type, generic.cmd, generic.version,
                   payload.subspan(sizeof(generic))};
}

Status Connection::handle(const Request& request, const nlmsghdr& header, Bytes payload,
                          const Handler& handler, Progress& progress) const {
    // Left over from a question that was given up, or an event: not for us.
    if (header.nlmsg_seq != sequence_)
        return success();
    if ((header.nlmsg_flags & NLM_F_DUMP_INTR) != 0)
        progress.outcome.dump_interrupted = true;
    switch (header.nlmsg_type) {
    case NLMSG_NOOP:
        return success();
    case NLMSG_ERROR:
        return handle_error(request, header, payload, progress.done);
    case NLMSG_DONE:
        return handle_done(request, header, payload, progress.done);
    case NLMSG_OVERRUN:
        return Error{.message = "the kernel's answer was lost", .hint = "try again"};
    default:
        break;
    }
    const auto message = generic_message(header, payload);
    if (!message)
        return message.error();
    return handler(*message);
}

Result<Connection::Outcome> Connection::exchange(Request& request, const Handler& handler) {
    request.set_sequence(++sequence_);
    if (const auto sent = transport_->send(request.bytes()); !sent)
        return sent.error();

    Progress progress;
    while (!progress.done) {
        const auto received = transport_->receive_answer(clock_->now() + answer_limit);
        if (!received)
            return received.error();
        switch (received->arrival) {
        case Arrival::timed_out:
            return Error{.message = "the kernel does not answer"};
        case Arrival::lost:
            return Error{.message = "the kernel's answer was lost", .hint = "try again"};
        case Arrival::interrupted:
            return Error{.fault = Fault::partial, .message = "interrupted"};
        case Arrival::datagram:
            break;
        }
        const auto handled =
            for_each_message(received->bytes, [&](const nlmsghdr& header, Bytes payload) {
                return handle(request, header, payload, handler, progress);
            });
        if (!handled)
            return handled.error();
    }
    return progress.outcome;
}

} // namespace kmemcgd
