// SPDX-License-Identifier: GPL-2.0-only
// The metrics of "kmemcgctl controller": where they go, when that changes, and what it
// says when it can't. The server is one that only notes where it listens.
#include "daemon_fixture.hpp"

#include <cerrno>

namespace kmemcgd {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

struct Network {
    std::vector<std::string> open;
    std::set<std::string> taken; // by others
};

class FakeServer final : public MetricsServer {
public:
    FakeServer(Network& network, std::string address)
        : network_(&network), address_(std::move(address)) {
        network_->open.push_back(address_);
    }
    ~FakeServer() override { std::erase(network_->open, address_); }

private:
    Network* network_;
    std::string address_;
};

class MetricsDaemon : public DaemonTest {
protected:
    MetricsDaemon() {
        program.open_metrics_server =
            [this](const ListenAddress& address,
                   const auto&) -> Result<std::unique_ptr<MetricsServer>> {
            const auto text = address.text();
            const auto same_port = [&](const std::string& other) {
                return other.ends_with(text.substr(text.rfind(':')));
            };
            if (network.taken.count(text) != 0 ||
                std::any_of(network.open.begin(), network.open.end(), same_port))
                return Error{.message = "cannot serve metrics on " + text,
                             .hint = "choose another",
                             .error_number = EADDRINUSE};
            return std::unique_ptr<MetricsServer>(std::make_unique<FakeServer>(network, text));
        };
    }

    void write(const std::string& metrics) const { write_policy("[metrics]\n" + metrics + '\n'); }
    [[nodiscard]] std::string textfile(const std::string& name = "k.prom") const {
        return base + "/" + name;
    }
    [[nodiscard]] std::string setting(const std::string& name = "k.prom") const {
        return "textfile = \"" + textfile(name) + "\"";
    }
    // A reload with that in the file.
    std::function<Woken()> change_to(const std::string& metrics) {
        return [this, metrics] {
            write(metrics);
            return Woken{.reload = true};
        };
    }
    static std::function<Woken()> then(const std::function<void()>& look) {
        return [look] {
            look();
            return Woken{};
        };
    }

    Network network;
};

TEST_F(MetricsDaemon, NothingIsServedThatWasNotAskedFor) {
    write("");
    script.waits = {then([this] { EXPECT_THAT(network.open, IsEmpty()); })};
    EXPECT_EQ(run(), 0);
}

TEST_F(MetricsDaemon, ServesAndWritesUntilItIsStopped) {
    write("listen = \"127.0.0.1:9752\"\n" + setting());
    script.waits = {then([this] {
                        EXPECT_THAT(network.open, ElementsAre("127.0.0.1:9752"));
                        EXPECT_TRUE(fs::exists(textfile()));
                        fs::remove(textfile());
                    }),
                    then([this] { EXPECT_TRUE(fs::exists(textfile())); })};
    EXPECT_EQ(run(), 0);
    EXPECT_THAT(network.open, IsEmpty());
    EXPECT_FALSE(fs::exists(textfile())) << "its numbers get old";
}

TEST_F(MetricsDaemon, TheTextfileIsWrittenAtItsInterval) {
    write(setting() + "\ninterval = \"7s\"");
    std::vector<TimePoint> times;
    const auto look = then([&] { times.push_back(program.kernel.clock.now()); });
    script.waits = {look, look, look};
    EXPECT_EQ(run({"--interval", "1h"}), 0);
    EXPECT_EQ(times.at(1) - times.at(0), 7s);
    EXPECT_EQ(times.at(2) - times.at(1), 7s);
}

TEST_F(MetricsDaemon, OptionsCountInsteadOfTheFile) {
    write("listen = \"127.0.0.1:1\"\n" + setting("file.prom"));
    script.waits = {then([this] {
        EXPECT_THAT(network.open, ElementsAre("[::1]:2"));
        EXPECT_TRUE(fs::exists(textfile("typed.prom")));
        EXPECT_FALSE(fs::exists(textfile("file.prom")));
    })};
    EXPECT_EQ(run({"--metrics-listen", "[::1]:2", "--metrics-textfile", textfile("typed.prom")}),
              0);
}

TEST_F(MetricsDaemon, WhatIsTypedWrongIsRefused) {
    write("");
    EXPECT_EQ(run({"--metrics-listen", "nowhere"}), 2);
    EXPECT_THAT(program.err.str(), HasSubstr("--metrics-listen: "));
    EXPECT_EQ(run({"--metrics-textfile", "relative.prom"}), 2);
    EXPECT_EQ(run({"--metrics-textfile", "/tmp/metrics.txt"}), 2);
    EXPECT_THAT(program.err.str(), HasSubstr(".prom"));
}

TEST_F(MetricsDaemon, APortInUseAtTheStartEndsIt) {
    write("listen = \"127.0.0.1:9752\"\n" + setting());
    network.taken = {"127.0.0.1:9752"};
    EXPECT_EQ(run(), 1);
    EXPECT_THAT(program.err.str(), HasSubstr("127.0.0.1:9752"));
    EXPECT_THAT(program.err.str(), HasSubstr("choose another"));
    EXPECT_FALSE(fs::exists(textfile()));
}

TEST_F(MetricsDaemon, ATextfileThatCannotBeWrittenAtTheStartEndsIt) {
    write(setting("none/k.prom"));
    EXPECT_EQ(run(), 1);
    EXPECT_THAT(program.err.str(), HasSubstr("none/k.prom"));
}

TEST_F(MetricsDaemon, AFileThatChangesTakesEffect) {
    write("");
    script.waits = {change_to("listen = \"127.0.0.1:1\"\n" + setting("a.prom")),
                    then([this] {
                        EXPECT_THAT(network.open, ElementsAre("127.0.0.1:1"));
                        EXPECT_TRUE(fs::exists(textfile("a.prom")));
                    }),
                    change_to("listen = \"0.0.0.0:1\"\n" + setting("b.prom")), // the same port
                    then([this] {
                        EXPECT_THAT(network.open, ElementsAre("0.0.0.0:1"));
                        EXPECT_FALSE(fs::exists(textfile("a.prom")));
                        EXPECT_TRUE(fs::exists(textfile("b.prom")));
                    }),
                    change_to(""),
                    then([this] {
                        EXPECT_THAT(network.open, IsEmpty());
                        EXPECT_FALSE(fs::exists(textfile("b.prom")));
                    })};
    EXPECT_EQ(run(), 0);
}

TEST_F(MetricsDaemon, WhatCannotBeServedAfterAChangeLeavesTheOldOne) {
    write("listen = \"127.0.0.1:1\"\n" + setting("a.prom"));
    network.taken = {"127.0.0.1:2", "192.0.2.1:1"};
    const auto old_one = then([this] {
        EXPECT_THAT(network.open, ElementsAre("127.0.0.1:1"));
        EXPECT_TRUE(fs::exists(textfile("a.prom")));
        EXPECT_FALSE(fs::exists(textfile("b.prom")));
    });
    script.waits = {change_to("listen = \"127.0.0.1:2\"\n" + setting("b.prom")),      old_one,
                    change_to("listen = \"192.0.2.1:1\"\n" + setting("a.prom")),      old_one,
                    change_to("listen = \"127.0.0.1:3\"\n" + setting("none/b.prom")), old_one};
    EXPECT_EQ(run(), 0);
    EXPECT_THAT(program.err.str(), HasSubstr("metrics stay as they were: cannot serve metrics on "
                                             "127.0.0.1:2 (choose another)"));
    EXPECT_THAT(program.err.str(), HasSubstr("192.0.2.1:1"));
    EXPECT_THAT(program.err.str(), HasSubstr("none/b.prom"));
}

TEST_F(MetricsDaemon, ATextfileThatFailsLaterIsSaidOnceAndTriedAgain) {
    fs::create_directories(base + "/d");
    write(setting("d/k.prom"));
    const auto idle = then([] {});
    script.waits = {then([this] { fs::remove_all(base + "/d"); }), idle, idle,
                    then([this] { fs::create_directories(base + "/d"); }), idle};
    EXPECT_EQ(run({"--interval", "1h"}), 0);
    const auto said = program.err.str();
    const auto first = said.find("d/k.prom");
    ASSERT_NE(first, std::string::npos);
    EXPECT_EQ(said.find("cannot write", first + 1), std::string::npos) << said;
    EXPECT_THAT(said, HasSubstr("written again"));
}

TEST_F(MetricsDaemon, WithoutTheModuleMetricsAreThere) {
    program.kernel.loaded = false;
    write(setting());
    script.waits = {then([this] {
        const auto text = directory.read("k.prom");
        EXPECT_THAT(text, HasSubstr("\nkmemcgd_up 0\n"));
        EXPECT_THAT(text, Not(HasSubstr("kmemcgd_zombies")));
    })};
    EXPECT_EQ(run(), 0);
}

} // namespace
} // namespace kmemcgd
