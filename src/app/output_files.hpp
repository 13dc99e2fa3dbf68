#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

namespace carousel {

/// Whether two paths name one file, also before it is made.
bool is_same_file(const std::filesystem::path& one, const std::filesystem::path& two);

/// Refuses a file that `option` must not write: what is no regular file, what lies where nothing
/// can be written, and any of `kept`, which the command reads or writes. `-` is standard output and
/// allowed.
/// Throws: UsageError.
void require_output_file(std::string_view option, const std::filesystem::path& file,
                         const std::vector<std::filesystem::path>& kept);

}  // namespace carousel
