#pragma once

#include "cli/options.hpp"

namespace carousel {

/// Does what a command line asks for and returns the exit code. Throws: Error.
int run_command(const CommandLine& line);

}  // namespace carousel
