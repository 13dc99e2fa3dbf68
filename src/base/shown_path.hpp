#pragma once

#include <filesystem>
#include <string>

namespace carousel {

/// A path for messages: control characters, characters that reorder or hide text, and bytes that
/// are not UTF-8 escaped as \x1b, so that no file name drives a terminal or deceives its reader.
std::string shown_path(const std::filesystem::path& path);

}  // namespace carousel
