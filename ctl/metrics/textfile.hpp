// SPDX-License-Identifier: GPL-2.0-only
// A file of metrics for the textfile collector of node_exporter.
#pragma once

#include "client/result.hpp"

#include <filesystem>
#include <string_view>

namespace kmemcgd {

// Whoever reads it gets the old text or the new one: it is written beside it, under a
// name that node_exporter does not read, and renamed. Everybody may read it.
Status write_textfile(const std::filesystem::path& path, std::string_view text);

} // namespace kmemcgd
