#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace carousel {

/// Holds one source file to the rules of docs/architecture.md: a room includes rooms on lower
/// floors only, a third-party header is included at its door only, and the processor is known in
/// few places. `path` is relative to src/, with
/// `/`. Returns one line for each breach, "src/room/unit.cpp:12: what is wrong".
std::vector<std::string> breaches(std::string_view path, std::string_view text);

/// The units that each unit includes: a unit is a header with its source file, "cpu/attention".
using Includes = std::map<std::string, std::set<std::string>>;
void add_includes(std::string_view path, std::string_view text, Includes& includes);

/// The units that include themselves by way of others.
std::vector<std::string> knotted_units(const Includes& includes);

/// The C++ files below `source`, relative to it, sorted.
std::vector<std::string> source_files(const std::filesystem::path& source);

/// True when `room` has a floor.
bool has_floor(std::string_view room);

}  // namespace carousel
