#include "app/corpus_names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "app/corpus_arguments.hpp"
#include "base/file.hpp"

namespace carousel {

std::string shown_paths(const std::vector<std::string>& paths) {
    constexpr std::size_t k_most = 20;
    if (paths.empty()) return "the text that comes with the program";
    std::vector<std::string> shown;
    for (const auto& path : paths) {
        if (shown.size() == k_most) break;
        shown.push_back(shown_path(path));
    }
    const auto more = paths.size() - shown.size();
    return fmt::format("{}{}", fmt::join(shown, ", "),
                       more > 0 ? fmt::format(" and {} more", more) : "");
}

std::string title_of(const std::vector<std::string>& stored) {
    constexpr std::size_t k_most = 3;
    const auto paths = corpus_arguments(stored).paths;
    if (paths.empty()) return "the text that comes with the program";
    std::string title;
    for (std::size_t i = 0; i < std::min(paths.size(), k_most); ++i) {
        auto path = std::filesystem::path(paths[i]).lexically_normal();
        if (!path.has_filename()) path = path.parent_path();
        title +=
            (i > 0 ? ", " : "") + (paths[i] == "-" ? "standard input" : path.filename().string());
    }
    return paths.size() > k_most ? fmt::format("{} and {} more", title, paths.size() - k_most)
                                 : title;
}

}  // namespace carousel
