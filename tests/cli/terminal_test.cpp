#include "cli/terminal.hpp"

#include <doctest/doctest.h>
#include <stdlib.h>

using namespace carousel;

namespace {

/// A variable of the environment, as long as it lives.
class Variable {
public:
    Variable(const char* name, const char* value) : name_(name) { ::setenv(name, value, 1); }
    ~Variable() { ::unsetenv(name_); }
    Variable(const Variable&) = delete;
    Variable& operator=(const Variable&) = delete;

private:
    const char* name_;
};

}  // namespace

TEST_SUITE("cli/terminal") {
    TEST_CASE("commands in messages name the program as it was called") {
        const Variable launcher("CAROUSEL_PROGRAM", "./carousel");
        CHECK(as_called("Train one: `carousel train` does, then `carousel generate`.") ==
              "Train one: `./carousel train` does, then `./carousel generate`.");
        CHECK(as_called("Usage: carousel train") == "Usage: ./carousel train");
        CHECK(as_called("a carousel of horses") == "a carousel of horses");
    }

    TEST_CASE("a program in a folder with blanks can be called again") {
        const Variable launcher("CAROUSEL_PROGRAM", "/my programs/carousel");
        CHECK(program_name() == "'/my programs/carousel'");
    }

    TEST_CASE("without a launcher the program has the name that it was started by") {
        CHECK(program_name().find("test_cli") != std::string::npos);
    }
}
