#include "architecture/include_rule.hpp"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <map>
#include <optional>

namespace carousel {
namespace {

const std::map<std::string_view, int> k_floors = {
    {"base", 0},       {"model", 1},      {"kernels", 2},  {"text", 2},
    {"data", 3},       {"cpu", 3},        {"training", 4}, {"adaptation", 4},
    {"generation", 4}, {"evaluation", 5}, {"snapshot", 5}, {"benchmark", 5},
    {"report", 5},     {"planning", 5},   {"app", 6},      {"cli", 7},
};
constexpr int k_roof = 8;  // main.cpp

/// Headers from outside the standard library and the files that may include them, both as patterns
/// of fnmatch (where `*` also covers `/`).
struct Door {
    std::vector<std::string> headers, files;
};

const std::vector<Door> k_doors = {
    {{"boost/program_options*"}, {"cli/command_line.cpp"}},
    {{"boost/archive/*", "boost/serialization/*"}, {"snapshot/archive.?pp"}},
    {{"unicode/*"}, {"text/*.cpp"}},
    {{"xtensor/*", "xtensor-blas/*", "xtl/*"}, {"model/tensor.hpp"}},
    {{"cblas.h"}, {"cpu/blas.cpp"}},
    {{"nettle/*"}, {"base/sha256.cpp"}},
    {{"nlohmann/*"}, {"app/*.cpp", "cli/*.cpp", "cli/setting_json.hpp"}},
    {{"immintrin.h", "arm_neon.h"}, {"kernels/vector.hpp", "cpu/thread_pool.cpp"}},
    {{"fmt/*"}, {"main.cpp", "[!k]*/*.cpp"}},  // every room but the kernels
    {{"sys/*", "fcntl.h", "pthread.h", "sched.h", "signal.h", "unistd.h"},
     {"main.cpp", "[!k]*/*.cpp"}},
};

/// Compiled once for each instruction set: an inline function in here could be linked into code
/// that runs on every processor.
bool compiled_for_instruction_sets(std::string_view path) {
    return path.starts_with("kernels/") && path != "kernels/dispatch.cpp";
}

bool matches(const std::vector<std::string>& patterns, const std::string& name) {
    return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
        return fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
    });
}

std::string_view room_of(std::string_view path) {
    const auto slash = path.find('/');
    return slash == std::string_view::npos ? std::string_view{} : path.substr(0, slash);
}

std::optional<int> floor_of(std::string_view room) {
    if (room.empty()) return k_roof;
    const auto found = k_floors.find(room);
    return found == k_floors.end() ? std::nullopt : std::optional(found->second);
}

std::string project_breach(std::string_view path, std::string_view header) {
    const auto own = room_of(path), other = room_of(header);
    const auto own_floor = floor_of(own), other_floor = floor_of(other);
    if (!own_floor) return fmt::format("the room '{}' has no floor", own);
    if (other.empty() || !other_floor)
        return fmt::format("\"{}\" is not spelled room/unit.hpp", header);
    if (own == other || *other_floor < *own_floor) return {};
    return fmt::format(
        "'{}' (floor {}) includes '{}' (floor {}): only lower floors may be included", own,
        *own_floor, other, *other_floor);
}

std::string outside_breach(const std::string& path, const std::string& header) {
    const bool standard = header.find_first_of("./") == std::string::npos;
    if (standard && compiled_for_instruction_sets(path) && header != "cstddef" &&
        header != "cstdint")
        return fmt::format("<{}> brings library code into a kernel", header);
    if (standard) return {};
    for (const auto& door : k_doors) {
        if (!matches(door.headers, header)) continue;
        if (matches(door.files, path)) return {};
        return fmt::format("<{}> may be included in {} only", header, fmt::join(door.files, ", "));
    }
    return fmt::format("<{}> has no door", header);
}

/// What is wrong with one line, empty when nothing is.
std::string line_breach(const std::string& path, std::string_view line) {
    const auto skip_blanks = [&] {
        line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    };
    skip_blanks();
    if (!line.starts_with('#')) return {};
    line.remove_prefix(1);
    skip_blanks();
    if (!line.starts_with("include")) return {};
    line.remove_prefix(7);
    skip_blanks();
    const char open = line.empty() ? '\0' : line.front();
    const auto end = line.find(open == '<' ? '>' : '"', 1);
    if ((open != '<' && open != '"') || end == std::string_view::npos)
        return "an include that is neither <header> nor \"room/unit.hpp\"";
    const std::string header(line.substr(1, end - 1));
    return open == '"' ? project_breach(path, header) : outside_breach(path, header);
}

}  // namespace

std::vector<std::string> breaches(std::string_view path, std::string_view text) {
    std::vector<std::string> found;
    int number = 0;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        ++number;
        const std::string name(path);
        if (const auto breach = line_breach(name, text.substr(0, end)); !breach.empty())
            found.push_back(fmt::format("src/{}:{}: {}", name, number, breach));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return found;
}

std::vector<std::string> source_files(const std::filesystem::path& source) {
    std::vector<std::string> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(source)) {
        const auto name = entry.path().lexically_relative(source).generic_string();
        if (matches({"*.cpp", "*.hpp", "*.in"}, name)) files.push_back(name);
    }
    std::sort(files.begin(), files.end());
    return files;
}

bool has_floor(std::string_view room) {
    return floor_of(room).has_value();
}

}  // namespace carousel
