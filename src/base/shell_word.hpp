#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace carousel {

/// `text` as one word of a shell's command line, to be pasted: as it is where no shell would change
/// it, else quoted. What could drive a terminal comes as `$'\033'`, which bash, zsh and ksh read.
/// Law: a shell that reads the result sees `text`.
std::string shell_word(std::string_view text);

/// The same for the name of a file, which no command takes for an option.
std::string shell_path(const std::filesystem::path& path);

}  // namespace carousel
