#pragma once

#include <filesystem>

namespace carousel {

// Where the sources and this build of them are. They stand in one small file of each build,
// places.cpp.in, and in no argument of the compiler: so a compiler cache finds all other tests from
// any folder.

/// The folder of README.md, src and tests.
std::filesystem::path source_root();

/// The folder in which this test was built, with src and tests.
std::filesystem::path build_root();

/// The program `carousel` of this build.
std::filesystem::path carousel_program();

}  // namespace carousel
