#pragma once

#include "cli/options.hpp"

// The terminal: words in, words out. What happens is told and decided in app/ and below; here it is
// asked for and shown. To read, in this order:
//
//   option_values, option_table, option_rows     words to values; the options of a command
//   command_options, training_options            which options each command has
//   options, command_line                        a command line, and what it asks for
//   train, plan, generate, evaluate, ...         one file a command
//   screen, output, terminal, signals            standard error, standard output, Ctrl-C
//
// Never here: a decision about a training or a text, a thread, a file of numbers.

namespace carousel {

/// Does what a command line asks for and returns the exit code. Throws: Error.
int run_command(const CommandLine& line);

}  // namespace carousel
