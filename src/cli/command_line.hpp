#pragma once

#include "cli/options.hpp"

namespace carousel {

/// Reads the words of a command line and the file that `--config` names; the command line wins.
/// Throws: UsageError for an unknown command or option (with the nearest known one), a missing
/// value, a value out of range and options that exclude each other; InputError when the file cannot
/// be read.
CommandLine parse_command_line(int argc, const char* const* argv);

}  // namespace carousel
