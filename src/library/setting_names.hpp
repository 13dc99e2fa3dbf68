#pragma once

#include <string>
#include <string_view>

namespace carousel {

/// A message of the program in the words of a caller, who has settings and not options:
/// `--batch-size` becomes "batch-size", in quotes. What stands between backticks is a command of
/// the program, and stays.
std::string with_setting_names(std::string_view message);

}  // namespace carousel
