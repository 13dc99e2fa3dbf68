#pragma once

#include <string>

namespace carousel {

/// Several lines: version, build, instruction set in use and libraries, for `--version` and error
/// reports.
std::string version_text();

}  // namespace carousel
