// SPDX-License-Identifier: GPL-2.0-only
#include "metrics/service.hpp"

#include "metrics/collector.hpp"
#include "metrics/textfile.hpp"

#include <fmt/format.h>

namespace kmemcgd {

MetricsService::MetricsService(const Context& context, const std::filesystem::path& cgroup_root,
                               MetricsOptions options)
    : context_(&context), options_(std::move(options)),
      collector_(std::make_shared<Collector>(context, cgroup_root)) {}

MetricsService::~MetricsService() {
    remove_textfile({});
}

void MetricsService::remove_textfile(const std::filesystem::path& except) const {
    std::error_code unknown;
    if (!settings_.textfile.empty() && settings_.textfile != except)
        std::filesystem::remove(settings_.textfile, unknown);
}

Status MetricsService::write(const std::filesystem::path& path) const {
    return write_textfile(path, exposition(*collector_));
}

Status MetricsService::listen(const std::optional<ListenAddress>& address) {
    if (address == settings_.listen)
        return success();
    if (!address) {
        server_.reset();
        return success();
    }
    const auto open = [this](const ListenAddress& where) {
        return context_->world->open_metrics_server(where, collector_);
    };
    auto opened = open(*address);
    // It may be the old one that is in the way: 127.0.0.1 and 0.0.0.0 are one port.
    if (!opened && server_ && settings_.listen->port == address->port) {
        server_.reset();
        opened = open(*address);
        if (!opened) {
            auto back = open(*settings_.listen);
            if (!back) {
                settings_.listen.reset();
                return Error{.message = fmt::format("{}; and {}", opened.error().message,
                                                    back.error().message),
                             .hint = opened.error().hint};
            }
            server_ = std::move(*back);
        }
    }
    if (!opened)
        return opened.error();
    server_ = std::move(*opened);
    return success();
}

void MetricsService::use(std::optional<FragTotals> fragmentation) {
    collector_->use(std::move(fragmentation));
}

Status MetricsService::use(const PolicyFile& file) {
    auto wanted = file.metrics;
    if (options_.listen)
        wanted.listen = options_.listen;
    if (!options_.textfile.empty())
        wanted.textfile = options_.textfile;
    collector_->use(file.rules, wanted.per_cgroup);
    const auto stay = [&](Status failed) {
        collector_->use(file.rules, settings_.per_cgroup);
        return failed;
    };
    if (!wanted.textfile.empty()) {
        if (auto written = write(wanted.textfile); !written)
            return stay(std::move(written));
    }
    if (auto listening = listen(wanted.listen); !listening) {
        std::error_code unknown;
        if (wanted.textfile != settings_.textfile && !wanted.textfile.empty())
            std::filesystem::remove(wanted.textfile, unknown);
        return stay(std::move(listening));
    }
    remove_textfile(wanted.textfile);
    settings_ = std::move(wanted);
    next_ = context_->now() + settings_.interval;
    return success();
}

TimePoint MetricsService::next() const {
    return settings_.textfile.empty() ? TimePoint::max() : next_;
}

Status MetricsService::write_when_due() {
    if (context_->now() < next())
        return success();
    next_ = context_->now() + settings_.interval;
    return write(settings_.textfile);
}

} // namespace kmemcgd
