#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace carousel {

/// One line of a configuration file.
struct ConfigLine {
    std::string name, value;
    std::size_t line = 0;  ///< from 1
};

/// Reads lines `name = value`: an option without its dashes, and what would follow it on the
/// command line, or `yes` or `no` for a flag. A pair of quotes around a value is taken off. Empty
/// lines mean nothing, nor does what follows a `#` that starts a line or stands behind a space.
/// Throws: InputError when the file cannot be read;
/// UsageError naming file and line when a line has another form.
std::vector<ConfigLine> read_config_file(const std::filesystem::path& path);

}  // namespace carousel
