#include "architecture/include_rule.hpp"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>

namespace carousel {
namespace {

const std::map<std::string_view, int> k_floors = {
    {"base", 0},       {"model", 1},      {"kernels", 2},    {"text", 2},        {"formats", 2},
    {"mpi", 2},        {"data", 3},       {"cpu", 3},        {"training", 4},    {"adaptation", 4},
    {"generation", 4}, {"lab", 4},        {"evaluation", 5}, {"snapshot", 5},    {"benchmark", 5},
    {"report", 5},     {"planning", 5},   {"web", 5},        {"interchange", 5}, {"compression", 5},
    {"filling", 5},    {"inspection", 5}, {"app", 6},        {"cli", 7},         {"library", 7},
};
constexpr int k_roof = 8;  // main.cpp

/// Headers from outside the standard library and the files that may include them, both as patterns
/// of fnmatch (where `*` also covers `/`).
struct Door {
    std::vector<std::string> headers, files;
};

const std::vector<Door> k_doors = {
    {{"boost/program_options*"}, {"cli/option_reader.cpp"}},
    {{"boost/archive/*", "boost/serialization/*"}, {"snapshot/archive.?pp"}},
    {{"unicode/*"}, {"text/*.cpp"}},
    {{"archive.h", "archive_entry.h"}, {"formats/unpacking.cpp"}},
    {{"libxml/*"}, {"formats/markup.cpp"}},
    {{"xtensor/*", "xtensor-blas/*", "xtl/*"}, {"model/tensor.hpp"}},
    {{"cblas.h"}, {"cpu/blas.cpp"}},
    {{"mpi.h"}, {"mpi/process_group.cpp"}},
    {{"dlfcn.h", "link.h"}, {"snapshot/ready_models.cpp"}},
    {{"gcrypt.h"}, {"base/sha256.cpp"}},
    {{"carousel.h"}, {"library/*"}},
    {{"nlohmann/*"}, {"app/*.cpp", "cli/*.cpp", "app/*_json.hpp", "interchange/safetensors*.cpp"}},
    {{"immintrin.h", "emmintrin.h", "arm_neon.h"},
     {"kernels/vector.hpp", "base/floating_point_mode.cpp", "cpu/thread_pool.cpp",
      "text/utf8.hpp"}},
    {{"fmt/*"}, {"main.cpp", "[!k]*/*.cpp"}},  // every room but the kernels
    {{"sys/*", "fcntl.h", "pthread.h", "sched.h", "signal.h", "unistd.h"},
     {"main.cpp", "[!k]*/*.cpp"}},
};

/// What a door shows comes from app/ and the rooms of results: it trains nothing itself.
const std::vector<std::string> k_doors_of_house = {"cli", "library"},
                               k_closed_to_doors = {"training", "data"};

/// Who may know the processor: its own rooms, the one place that chooses machines, and what
/// measures it.
/// The lab puts layers of the processor between numbers of its own, and has trials side by side: it
/// measures nets, and is no way to anything else.
const std::vector<std::string> k_knows_processor = {
    "cpu/*",       "kernels/*",          "app/machines.?pp",
    "benchmark/*", "lab/modern_net.?pp", "lab/trials.cpp"};
constexpr std::array<std::string_view, 4> k_words_of_processor = {"ThreadPool", "k_panel",
                                                                  "kernels()", "instruction_set()"};

/// Who may speak to a terminal, end the program or ask the system for signals: the command line.
const std::vector<std::string> k_knows_terminal = {"main.cpp", "cli/*"};
constexpr std::array<std::string_view, 9> k_words_of_terminal = {
    "stdout",  "stderr", "std::cout",   "std::cerr", "fmt::print",
    "printf(", "exit(",  "std::signal", "<csignal>"};

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
    if ((other == "cpu" || other == "kernels") && !matches(k_knows_processor, std::string(path)))
        return fmt::format("\"{}\" is the processor's: see model/machine.hpp", header);
    if (matches(k_doors_of_house, std::string(own)) &&
        matches(k_closed_to_doors, std::string(other)))
        return fmt::format("'{}' is a door and includes '{}': go through app", own, other);
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

/// The processor and the terminal are named where they are known only.
std::string word_breach(const std::string& path, std::string_view line) {
    const auto names = [&](std::string_view word) {
        return line.find(word) != std::string_view::npos;
    };
    if (!matches(k_knows_processor, path)) {
        const auto word = std::ranges::find_if(k_words_of_processor, names);
        if (word != k_words_of_processor.end())
            return fmt::format("'{}' is a word of the processor: see model/machine.hpp", *word);
    }
    if (!matches(k_knows_terminal, path)) {
        const auto word = std::ranges::find_if(k_words_of_terminal, names);
        if (word != k_words_of_terminal.end())
            return fmt::format("'{}' is a word of the terminal: see app/events.hpp", *word);
    }
    return {};
}

/// The header that a line includes, with its quotes or brackets; empty when it includes none.
std::string included_header(std::string_view line) {
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
    if ((open != '<' && open != '"') || end == std::string_view::npos) return "?";
    return std::string(line.substr(0, end + 1));
}

/// What is wrong with one line, empty when nothing is.
std::string line_breach(const std::string& path, std::string_view line) {
    if (auto breach = word_breach(path, line); !breach.empty()) return breach;
    const auto included = included_header(line);
    if (included.empty()) return {};
    if (included == "?") return "an include that is neither <header> nor \"room/unit.hpp\"";
    const auto header = included.substr(1, included.size() - 2);
    return included.front() == '"' ? project_breach(path, header) : outside_breach(path, header);
}

/// "cpu/attention" of "cpu/attention.hpp".
std::string unit_of(std::string_view file) {
    return std::string(file.substr(0, file.rfind('.')));
}

/// All that a unit includes, directly or by way of others.
std::set<std::string> reached_from(const std::string& unit, const Includes& includes) {
    std::set<std::string> reached;
    std::vector<std::string> open{unit};
    while (!open.empty()) {
        const auto next = open.back();
        open.pop_back();
        const auto found = includes.find(next);
        if (found == includes.end()) continue;
        for (const auto& other : found->second)
            if (reached.insert(other).second) open.push_back(other);
    }
    return reached;
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

void add_includes(std::string_view path, std::string_view text, Includes& includes) {
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        const auto included = included_header(text.substr(0, end));
        if (included.starts_with('"')) {
            const auto own = unit_of(path),
                       other = unit_of(included.substr(1, included.size() - 2));
            if (own != other) includes[own].insert(other);
        }
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

std::vector<std::string> knotted_units(const Includes& includes) {
    std::vector<std::string> knotted;
    for (const auto& [unit, others] : includes) {
        if (reached_from(unit, includes).contains(unit)) knotted.push_back(unit);
    }
    return knotted;
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
