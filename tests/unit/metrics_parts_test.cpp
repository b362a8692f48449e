// SPDX-License-Identifier: GPL-2.0-only
// What metrics are made of: addresses, histograms, totals, labels, the textfile, the
// HTTP server.
#include "metrics/families.hpp"
#include "metrics/server.hpp"
#include "metrics/textfile.hpp"
#include "temporary_directory.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <cmath>
#include <netinet/in.h>
#include <prometheus/collectable.h>

#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace kmemcgd {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

TEST(ListenAddressText, NumbersOnly) {
    for (const std::string good : {"127.0.0.1:9752", "0.0.0.0:1", "[::1]:65535", "[::]:9752"}) {
        const auto address = parse_listen_address(good);
        ASSERT_TRUE(address) << good;
        EXPECT_EQ(address->text(), good);
    }
    for (const std::string bad :
         {"", "9752", ":9752", "127.0.0.1", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536",
          "127.0.0.1:97s", "127.0.0.1:9752s", "127.0.0.1:+9752", "127.0.0.1:1,0.0.0.0:2",
          "localhost:9752", "::1:9752", "[::1:9752", "[127.0.0.1]:9752", "256.0.0.1:9752",
          "a b:1"}) {
        const auto address = parse_listen_address(bad);
        ASSERT_FALSE(address) << bad;
        EXPECT_EQ(address.error().fault, Fault::usage);
        EXPECT_THAT(address.error().message, HasSubstr("\"" + bad + "\""));
        EXPECT_FALSE(address.error().hint.empty());
    }
    EXPECT_THAT(parse_listen_address("localhost:80").error().hint, HasSubstr("127.0.0.1:80"));
    EXPECT_THAT(parse_listen_address(":80").error().hint, HasSubstr("0.0.0.0:80"));
}

TEST(MetricHistogram, IsCumulativeInSecondsAndCountsEverySample) {
    Histogram module{};
    module[0] = 1;  // below the first bound that is told
    module[9] = 2;  // 512 to 1024 ns
    module[10] = 4; // 1024 to 2048 ns
    module[31] = 8; // without a bound
    Families families;
    add_histogram(families, "h", "help", module);
    const auto& histogram = families.at(0).metric.at(0).histogram;
    EXPECT_EQ(histogram.sample_count, 15U);
    ASSERT_EQ(histogram.bucket.size(), 23U);
    EXPECT_DOUBLE_EQ(histogram.bucket[0].upper_bound, 1024e-9);
    EXPECT_EQ(histogram.bucket[0].cumulative_count, 3U);
    EXPECT_DOUBLE_EQ(histogram.bucket[1].upper_bound, 2048e-9);
    EXPECT_EQ(histogram.bucket[1].cumulative_count, 7U);
    EXPECT_DOUBLE_EQ(histogram.bucket[21].upper_bound, 2147483648e-9);
    EXPECT_EQ(histogram.bucket[21].cumulative_count, 7U);
    EXPECT_TRUE(std::isinf(histogram.bucket[22].upper_bound));
    EXPECT_EQ(histogram.bucket[22].cumulative_count, 15U);
    EXPECT_DOUBLE_EQ(histogram.sample_sum,
                     (1 * 1.5 + 2 * 768 + 4 * 1536 + 8 * 3221225472.0) * 1e-9);
}

class Totals : public ::testing::Test {
protected:
    static Watch watch(std::uint64_t id, std::uint64_t policy, std::uint64_t triggered,
                       std::uint64_t hits = 0) {
        Watch watch;
        watch.id = id;
        watch.policy_id = policy;
        watch.triggered = triggered;
        watch.limit_hit = hits;
        return watch;
    }
    void take(const std::vector<Watch>& watches, bool complete = true) {
        totals.take(watches, complete, [this](const Watch& one) -> const std::string& {
            return names.at(one.policy_id);
        });
    }
    [[nodiscard]] std::uint64_t triggered(const std::string& policy) const {
        return totals.by_policy().at(policy).triggered;
    }

    PolicyTotals totals;
    std::map<std::uint64_t, std::string> names{{0, "default"}, {7, "web"}};
};

TEST_F(Totals, DoNotDropWhenACgroupGoes) {
    totals.keep({"default", "web"});
    EXPECT_EQ(triggered("web"), 0U); // there from the start, so that a rate has a beginning
    take({watch(1, 7, 10, 3), watch(2, 7, 5)});
    EXPECT_EQ(triggered("web"), 15U);
    take({watch(2, 7, 6)});
    EXPECT_EQ(triggered("web"), 16U);
    EXPECT_EQ(totals.by_policy().at("web").not_converged, 3U);
    EXPECT_EQ(totals.cgroups(), 1U);        // nothing is kept of the one that is gone
    take({watch(1, 7, 2), watch(2, 7, 6)}); // its id is another's now
    EXPECT_EQ(triggered("web"), 18U);
}

TEST_F(Totals, CountsThatBeginAnewAreAdded) {
    totals.keep({"default", "web"});
    take({watch(1, 7, 10)});
    take({watch(1, 7, 4)}); // the module was loaded again
    EXPECT_EQ(triggered("web"), 14U);
}

TEST_F(Totals, AnotherPolicyGetsWhatComesFromThenOn) {
    totals.keep({"default", "web"});
    take({watch(1, 0, 10)});
    take({watch(1, 7, 12)});
    EXPECT_EQ(triggered("default"), 10U);
    EXPECT_EQ(triggered("web"), 2U);
}

TEST_F(Totals, AnInterruptedDumpForgetsNobodyAndCountsNobodyTwice) {
    totals.keep({"default", "web"});
    take({watch(1, 7, 10), watch(2, 7, 10)});
    take({watch(1, 7, 11), watch(1, 7, 11)}, false);
    take({watch(1, 7, 11), watch(2, 7, 10)});
    EXPECT_EQ(triggered("web"), 21U);
}

TEST_F(Totals, PoliciesThatAreNoMoreGo) {
    totals.keep({"default", "web"});
    take({watch(1, 7, 10)});
    totals.keep({"default"});
    EXPECT_EQ(totals.by_policy().count("web"), 0U);
}

TEST(MetricLabel, IsUtf8WithoutControlCharacters) {
    EXPECT_EQ(label_text("/dev\\x2d1/\xc3\xa4/\xe2\x82\xac/\xf0\x9f\x90\x8c"),
              "/dev\\x2d1/\xc3\xa4/\xe2\x82\xac/\xf0\x9f\x90\x8c");
    EXPECT_EQ(label_text("a\nb\x1b[0m\x7f"), "a\\x0ab\\x1b[0m\\x7f");
    EXPECT_EQ(label_text("\xff\xc3"), "\\xff\\xc3");
    EXPECT_EQ(label_text("\xc3("), "\\xc3(");
    EXPECT_EQ(label_text("\xc0\xaf"), "\\xc0\\xaf");          // overlong
    EXPECT_EQ(label_text("\xed\xa0\x80"), "\\xed\\xa0\\x80"); // a surrogate
    EXPECT_EQ(label_text("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");
    EXPECT_EQ(label_text("\xc2\x9b"), "\\xc2\\x9b"); // U+009B moves cursors
}

class Textfile : public ::testing::Test {
protected:
    [[nodiscard]] static std::string content(const fs::path& path) {
        std::ifstream file(path);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    TemporaryDirectory directory;
    const fs::path path = fs::path(directory.path()) / "k.prom";
};

TEST_F(Textfile, IsReplacedAsAWhole) {
    ASSERT_TRUE(write_textfile(path, "old\n"));
    std::ifstream reader(path); // somebody is in the middle of the old one
    ASSERT_TRUE(write_textfile(path, "new and longer\n"));
    std::string line;
    std::getline(reader, line);
    EXPECT_EQ(line, "old");
    EXPECT_EQ(content(path), "new and longer\n");
    struct stat info {};
    ASSERT_EQ(::stat(path.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777U, 0644U);
    EXPECT_EQ(std::distance(fs::directory_iterator(directory.path()), {}), 1);
}

TEST_F(Textfile, ALinkInTheWayIsNotFollowed) {
    const auto victim = fs::path(directory.path()) / "victim";
    std::ofstream(victim) << "untouched";
    fs::create_symlink(victim, path.string() + ".new");
    ASSERT_TRUE(write_textfile(path, "text\n"));
    EXPECT_EQ(content(victim), "untouched");
    EXPECT_EQ(content(path), "text\n");
}

TEST_F(Textfile, WhereItCannotBe) {
    const auto missing = write_textfile(path.parent_path() / "none/k.prom", "text");
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().error_number, ENOENT);
    EXPECT_THAT(missing.error().message, HasSubstr("none/k.prom"));
    EXPECT_THAT(missing.error().hint, HasSubstr("a directory"));
    fs::create_directories(path / "x"); // a directory of that name, with something in it
    const auto taken = write_textfile(path, "text");
    ASSERT_FALSE(taken);
    EXPECT_EQ(std::distance(fs::directory_iterator(directory.path()), {}), 1);
    const auto no_space = write_textfile("/proc/k.prom", "text");
    ASSERT_FALSE(no_space);
}

class OneGauge final : public prometheus::Collectable {
public:
    [[nodiscard]] std::vector<prometheus::MetricFamily> Collect() const override {
        Families families;
        add_sample(add_gauge(families, "one", "one"), 1);
        return families;
    }
};

// A socket that listens on a port that the kernel chose.
class Listener {
public:
    Listener() {
        address_.sin_family = AF_INET;
        address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof(address_);
        auto* where = reinterpret_cast<sockaddr*>(&address_);
        EXPECT_EQ(::bind(socket_, where, size), 0);
        EXPECT_EQ(::listen(socket_, 1), 0);
        EXPECT_EQ(::getsockname(socket_, where, &size), 0);
    }
    ~Listener() { ::close(socket_); }
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    [[nodiscard]] ListenAddress address() const {
        return {.host = "127.0.0.1", .port = ntohs(address_.sin_port)};
    }

private:
    int socket_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address_{};
};

std::string http_get(const ListenAddress& address, const std::string& path) {
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    where.sin_port = htons(address.port);
    std::string answer;
    if (::connect(socket, reinterpret_cast<sockaddr*>(&where), sizeof(where)) == 0) {
        const auto request = "GET " + path + " HTTP/1.0\r\n\r\n";
        EXPECT_EQ(::send(socket, request.data(), request.size(), MSG_NOSIGNAL),
                  static_cast<ssize_t>(request.size()));
        std::array<char, 4096> part;
        for (ssize_t got = 0; (got = ::read(socket, part.data(), part.size())) > 0;)
            answer.append(part.data(), static_cast<std::size_t>(got));
    }
    ::close(socket);
    return answer;
}

TEST(HttpServer, ServesMetricsAndNothingElse) {
    const auto address = Listener().address(); // free again
    const auto gauge = std::make_shared<OneGauge>();
    {
        const auto server = open_http_server(address, gauge);
        ASSERT_TRUE(server) << server.error().message;
        EXPECT_THAT(http_get(address, "/metrics"), HasSubstr("\none 1\n"));
        EXPECT_THAT(http_get(address, "/etc/passwd"), HasSubstr(" 404 "));
        EXPECT_THAT(http_get(address, "/"), HasSubstr(" 404 "));
    }
    EXPECT_EQ(http_get(address, "/metrics"), "");
    EXPECT_TRUE(open_http_server(address, gauge)); // at once, again
}

TEST(HttpServer, APortThatIsInUse) {
    const Listener other;
    const auto server = open_http_server(other.address(), std::make_shared<OneGauge>());
    ASSERT_FALSE(server);
    EXPECT_EQ(server.error().error_number, EADDRINUSE);
    EXPECT_THAT(server.error().message, HasSubstr(other.address().text()));
    EXPECT_THAT(server.error().message, HasSubstr("in use"));
    EXPECT_THAT(server.error().hint, HasSubstr("ss -ltnp"));
}

TEST(HttpServer, AnAddressThatIsNotOfThisHost) {
    const auto server =
        open_http_server({.host = "192.0.2.1", .port = 9752}, std::make_shared<OneGauge>());
    ASSERT_FALSE(server);
    EXPECT_EQ(server.error().error_number, EADDRNOTAVAIL);
    EXPECT_THAT(server.error().hint, HasSubstr("no such address"));
}

} // namespace
} // namespace kmemcgd
