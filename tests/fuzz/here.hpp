#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace carousel {

/// A command of the program that ran in this process, as `main` runs it.
struct Ran {
    int code = 0;  ///< exit code; 3 for what is a fault of the program
    std::string out, err;
};
Ran run_here(const std::vector<std::string>& words);

/// What is wrong with what a command said, whatever it was given: an internal error, an error
/// without a message, a message that could drive a terminal or fill it. Nothing when all is well.
std::string flaw_of(const Ran& ran);

/// Whether a terminal shows all of a text and is driven by none of it.
bool is_harmless(std::string_view text);

}  // namespace carousel
