#pragma once

#include "cli/options.hpp"

// The terminal: words in, words out. What happens is told and decided in app/ and below; here it is
// asked for and shown. To read, in this order:
//
//   option_table, option_rows                    the options of a command
//   command_options, training_options,           which options each command has
//   file_options
//   option_reader, options, command_line         a command line, and what it asks for
//   train, plan, generate, evaluate, ...         one file a command, which main.cpp calls
//   screen, wrap, output, terminal, signals      standard error, standard output, Ctrl-C
//
// Never here: a decision about a training or a text, a thread, a file of numbers.

namespace carousel {

/// Reads the words of a command line and the file that `--config` names; the command line wins.
/// Throws: UsageError for an unknown command or option (with the nearest known one), a missing
/// value, a value out of range and options that exclude each other; InputError when the file cannot
/// be read.
CommandLine parse_command_line(int argc, const char* const* argv);

}  // namespace carousel
