#pragma once

#include <filesystem>
#include <string>

namespace carousel {

/// What the processor calls itself, for people; empty where the system does not say. `root` is
/// where /proc is found.
std::string processor_name(const std::filesystem::path& root = "/");

}  // namespace carousel
