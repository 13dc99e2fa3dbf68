#include "architecture/include_rule.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "support/places.hpp"

using namespace carousel;

namespace {

const std::filesystem::path k_source = source_root() / "src";

std::string contents(const std::string& file) {
    std::ifstream stream(k_source / file, std::ios::binary);
    REQUIRE_MESSAGE(stream, file);
    return {std::istreambuf_iterator<char>(stream), {}};
}

std::string only_breach(std::string_view path, std::string_view text) {
    const auto found = breaches(path, text);
    REQUIRE(found.size() <= 1);
    return found.empty() ? "none" : found.front();
}

}  // namespace

TEST_SUITE("architecture/include_rule") {
    TEST_CASE("every include under src goes to a lower floor or through its door") {
        const auto files = source_files(k_source);
        REQUIRE(files.size() > 50);
        for (const auto& file : files)
            for (const auto& breach : breaches(file, contents(file))) FAIL_CHECK(breach);
    }

    TEST_CASE("every folder of src is a room with a floor") {
        for (const auto& entry : std::filesystem::directory_iterator(k_source))
            if (entry.is_directory()) {
                const auto room = entry.path().filename().string();
                CHECK_MESSAGE(has_floor(room), room);
            }
    }

    TEST_CASE("no unit includes itself by way of others") {
        Includes includes;
        for (const auto& file : source_files(k_source))
            add_includes(file, contents(file), includes);
        REQUIRE(includes.size() > 50);
        for (const auto& unit : knotted_units(includes)) FAIL_CHECK(unit);
    }

    TEST_CASE("units that include each other are found, in headers and sources together") {
        Includes includes;
        add_includes("cpu/a.hpp", "#include \"cpu/b.hpp\"\n", includes);
        add_includes("cpu/b.cpp", "#include \"cpu/b.hpp\"\n#include \"cpu/c.hpp\"\n", includes);
        CHECK(knotted_units(includes).empty());
        add_includes("cpu/c.hpp", "#include <vector>\n#include \"cpu/a.hpp\"\n", includes);
        add_includes("cpu/d.hpp", "#include \"cpu/a.hpp\"\n", includes);
        CHECK(knotted_units(includes) == std::vector<std::string>{"cpu/a", "cpu/b", "cpu/c"});
    }

    TEST_CASE("the processor is included and named by its rooms, its chooser and its measurer") {
        for (const char* line :
             {"#include \"cpu/cpu_machine.hpp\"\n", "#include \"kernels/kernels.hpp\"\n",
              "    ThreadPool pool(2);\n", "// as wide as k_panel\n",
              "    kernels().softmax(row, 3, 1);\n", "    instruction_set()\n"}) {
            CAPTURE(line);
            for (const char* path : {"training/trainer.cpp", "app/training.cpp", "cli/train.cpp",
                                     "evaluation/evaluator.cpp", "generation/sampler.cpp"})
                CHECK(only_breach(path, line) != "none");
            for (const char* path :
                 {"cpu/inference.cpp", "app/machines.cpp", "benchmark/benchmark.cpp"})
                CHECK(only_breach(path, line) == "none");
        }
    }

    TEST_CASE("the terminal is named by the command line alone") {
        for (const char* line :
             {"    fmt::print(\"a\");\n", "    std::fputs(text, stderr);\n", "    std::exit(1);\n",
              "    ::_exit(130);\n", "    std::signal(SIGINT, stop);\n", "#include <csignal>\n"}) {
            CAPTURE(line);
            for (const char* path : {"app/training.cpp", "training/trainer.cpp", "base/file.cpp"})
                CHECK(only_breach(path, line) != "none");
            for (const char* path : {"cli/train.cpp", "main.cpp"})
                CHECK(only_breach(path, line) == "none");
        }
    }

    TEST_CASE("a door trains nothing itself") {
        CHECK(only_breach("cli/train.cpp", "#include \"training/trainer.hpp\"\n") != "none");
        CHECK(only_breach("cli/train.cpp", "#include \"data/corpus.hpp\"\n") != "none");
        CHECK(only_breach("cli/train.cpp", "#include \"app/training.hpp\"\n") == "none");
        CHECK(only_breach("app/training.cpp", "#include \"training/trainer.hpp\"\n") == "none");
    }

    TEST_CASE("every header is guarded by #pragma once") {
        for (const auto& file : source_files(k_source)) {
            if (!file.ends_with(".hpp")) continue;
            const auto text = contents(file);
            CHECK_MESSAGE((text.starts_with("#pragma once\n") ||
                           text.find("\n#pragma once\n") != std::string::npos),
                          file);
        }
    }

    TEST_CASE("an include of the own room or of a lower floor is allowed") {
        CHECK(only_breach("cpu/a.cpp", "#include \"cpu/b.hpp\"\n") == "none");
        CHECK(only_breach("cpu/a.cpp", "#include \"base/error.hpp\"\n") == "none");
        CHECK(only_breach("main.cpp", "#include \"cli/train.hpp\"\n") == "none");
    }

    TEST_CASE("an upward include is named with file, line and floors") {
        CHECK(only_breach("text/a.cpp", "#pragma once\n\n#include \"cli/screen.hpp\"\n") ==
              "src/text/a.cpp:3: 'text' (floor 2) includes 'cli' (floor 7): only lower floors may "
              "be included");
    }

    TEST_CASE("a neighbour on the same floor is refused") {
        CHECK(only_breach("data/a.hpp", "#include \"cpu/embedding.hpp\"\n") != "none");
        CHECK(only_breach("generation/a.hpp", "#include \"snapshot/snapshot.hpp\"\n") != "none");
    }

    TEST_CASE("blanks around the directive hide nothing") {
        CHECK(only_breach("base/a.cpp", "  #  include   \"cli/screen.hpp\"") != "none");
        CHECK(only_breach("base/a.cpp", "\t#include<unicode/uchar.h>") != "none");
    }

    TEST_CASE("a project header without its room is refused") {
        CHECK(only_breach("cpu/a.cpp", "#include \"embedding.hpp\"\n") != "none");
        CHECK(only_breach("cpu/a.cpp", "#include \"../text/utf8.hpp\"\n") != "none");
        CHECK(only_breach("cpu/a.cpp", "#include SOME_HEADER\n") != "none");
    }

    TEST_CASE("a third-party header is refused outside its door") {
        CHECK(only_breach("cli/option_reader.cpp", "#include <boost/program_options.hpp>\n") ==
              "none");
        CHECK(only_breach("cli/train.cpp", "#include <boost/program_options.hpp>\n") ==
              "src/cli/train.cpp:1: <boost/program_options.hpp> may be included in "
              "cli/option_reader.cpp only");
        CHECK(only_breach("snapshot/snapshot.cpp", "#include <boost/serialization/nvp.hpp>\n") !=
              "none");
        CHECK(only_breach("text/characters.hpp", "#include <unicode/ubrk.h>\n") != "none");
        CHECK(only_breach("cpu/embedding.cpp", "#include <xtensor/xtensor.hpp>\n") != "none");
        CHECK(only_breach("cpu/matmul.cpp", "#include <cblas.h>\n") != "none");
        CHECK(only_breach("training/trainer.cpp", "#include <nlohmann/json.hpp>\n") != "none");
        CHECK(only_breach("text/utf8.hpp", "#include <fmt/format.h>\n") != "none");
    }

    TEST_CASE("a header that nobody knows is refused") {
        CHECK(only_breach("cpu/a.cpp", "#include <eigen3/Eigen/Dense>\n") ==
              "src/cpu/a.cpp:1: <eigen3/Eigen/Dense> has no door");
    }

    TEST_CASE("library code is refused in what is compiled for each instruction set") {
        CHECK(only_breach("kernels/lstm.hpp", "#include <cstdint>\n") == "none");
        CHECK(only_breach("kernels/lstm.hpp", "#include <cmath>\n") != "none");
        CHECK(only_breach("kernels/table.cpp", "#include <fmt/format.h>\n") != "none");
        CHECK(only_breach("kernels/dispatch.cpp", "#include <string>\n") == "none");
    }
}
