#include "cli/version.hpp"

#include <fmt/format.h>

#include <string_view>

#include "app/machines.hpp"
#include "benchmark/benchmark.hpp"
#include "cli/git_description.hpp"

namespace carousel {

std::string version_text() {
    const std::string_view git = k_git_description;
    return fmt::format(
        "carousel {}{}\n"
        "build: {}, {} for {}\n"
        "instruction set in use: {}\n"
        "libraries: {}\n"
        "BLAS: {}\n",
        CAROUSEL_VERSION, git.empty() ? "" : fmt::format(" (git {})", git), CAROUSEL_BUILD_TYPE,
        CAROUSEL_COMPILER, CAROUSEL_MACHINE, instruction_set_in_use(), CAROUSEL_LIBRARIES,
        blas_in_use());
}

}  // namespace carousel
