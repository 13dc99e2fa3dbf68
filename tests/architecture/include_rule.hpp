#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace carousel {

/// Holds one source file to the rules of docs/architecture.md: a room includes rooms on lower
/// floors only, a third-party header is included at its door only. `path` is relative to src/, with
/// `/`. Returns one line for each breach, "src/room/unit.cpp:12: what is wrong".
std::vector<std::string> breaches(std::string_view path, std::string_view text);

/// The C++ files below `source`, relative to it, sorted.
std::vector<std::string> source_files(const std::filesystem::path& source);

/// True when `room` has a floor.
bool has_floor(std::string_view room);

}  // namespace carousel
