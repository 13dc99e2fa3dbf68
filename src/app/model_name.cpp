#include "app/model_name.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "snapshot/model_files.hpp"

namespace carousel {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t k_longest = 180;          // bytes
constexpr std::size_t k_longest_extension = 5;  // letters

bool is_compression(std::string_view extension) {
    constexpr std::array<std::string_view, 5> k_compressions{"gz", "xz", "zst", "bz2", "lzma"};
    return std::find(k_compressions.begin(), k_compressions.end(), extension) !=
           k_compressions.end();
}

// A few letters, as in `.txt`: not the 1 of a version.
bool tells_format(std::string_view extension) {
    return extension == "fb2" || extension == "markdown" ||
           (!extension.empty() && extension.size() <= k_longest_extension &&
            std::all_of(extension.begin(), extension.end(),
                        [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }));
}

std::string without_extension(std::string name) {
    const auto extension_of = [&] {
        const auto dot = name.rfind('.');
        return dot == std::string::npos || dot == 0 ? std::string_view()
                                                    : std::string_view(name).substr(dot + 1);
    };
    if (is_compression(extension_of())) name.resize(name.rfind('.'));
    if (tells_format(extension_of())) name.resize(name.rfind('.'));
    return name;
}

// At a border of UTF-8, so that what is left is as good a name as before.
void shorten(std::string& name) {
    if (name.size() <= k_longest) return;
    std::size_t size = k_longest;
    while (size > 0 && (static_cast<unsigned char>(name[size]) & 0xC0) == 0x80) --size;
    name.resize(size > 0 ? size : k_longest);
}

}  // namespace

std::string model_name(const std::string& corpus) {
    if (corpus == "-" || corpus == "/dev/stdin") return "stdin";
    if (corpus.starts_with("/dev/") || corpus.starts_with("/proc/")) return "pipe";
    std::error_code unknown;
    auto path = fs::absolute(corpus, unknown).lexically_normal();
    if (!path.has_filename()) path = path.parent_path();
    auto name = path.filename().native();
    if (!fs::is_directory(path, unknown)) name = without_extension(std::move(name));
    shorten(name);
    while (is_companion_name(name)) name[name.rfind('.')] = '-';
    return name.empty() ? "model" : name;
}

}  // namespace carousel
