#include "base/processor.hpp"

#include <doctest/doctest.h>

#include <fstream>

#include "support/temporary_folder.hpp"

using namespace carousel;

TEST_SUITE("base/processor") {
    TEST_CASE("the name is that of the first processor, without what stands before it") {
        const TemporaryFolder root;
        std::filesystem::create_directories(root / std::string("proc"));
        std::ofstream(root / std::string("proc/cpuinfo"))
            << "processor\t: 0\nmodel\t\t: 85\nmodel name\t: A Processor @ 2.60GHz\n"
            << "processor\t: 1\nmodel name\t: Another\n";
        CHECK(processor_name(root.path()) == "A Processor @ 2.60GHz");
    }

    TEST_CASE("where the system does not say it there is none") {
        const TemporaryFolder root;
        CHECK(processor_name(root.path()).empty());
        std::filesystem::create_directories(root / std::string("proc"));
        std::ofstream(root / std::string("proc/cpuinfo")) << "Model\nmodel name\t:  \n";
        CHECK(processor_name(root.path()).empty());
    }
}
