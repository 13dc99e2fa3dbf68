#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <cstdlib>
#include <sstream>
#include <string>

#include "support/surroundings.hpp"

int main(int argc, char** argv) {
    carousel::set_surroundings();
    doctest::Context context(argc, argv);
    // Patterns of names, one a line, of cases that a step of CI leaves out in all programs.
    if (const char* left_out = std::getenv("CAROUSEL_TESTS_LEFT_OUT")) {
        std::istringstream lines(left_out);
        for (std::string pattern; std::getline(lines, pattern);) {
            if (!pattern.empty()) context.addFilter("test-case-exclude", pattern.c_str());
        }
    }
    return context.run();
}
