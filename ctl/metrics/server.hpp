// SPDX-License-Identifier: GPL-2.0-only
// Serves metrics for as long as it lives. Unit tests of the daemon bring their own.
#pragma once

#include "metrics/settings.hpp"

#include <functional>
#include <memory>

namespace prometheus {
class Collectable;
}

namespace kmemcgd {

class MetricsServer {
public:
    MetricsServer() = default;
    MetricsServer(const MetricsServer&) = delete;
    MetricsServer& operator=(const MetricsServer&) = delete;
    virtual ~MetricsServer() = default;
};

using OpenMetricsServer = std::function<Result<std::unique_ptr<MetricsServer>>(
    const ListenAddress& address, const std::shared_ptr<prometheus::Collectable>& collectable)>;

// By HTTP, at /metrics. Its threads inherit the mask of signals: block those that the
// caller waits for first.
Result<std::unique_ptr<MetricsServer>>
open_http_server(const ListenAddress& address,
                 const std::shared_ptr<prometheus::Collectable>& collectable);

} // namespace kmemcgd
