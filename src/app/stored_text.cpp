#include "app/stored_text.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

namespace carousel {

namespace {

namespace fs = std::filesystem;

bool all_there(const std::vector<std::string>& paths) {
    return std::all_of(paths.begin(), paths.end(), [](const std::string& path) {
        std::error_code unknown;
        return fs::exists(path, unknown);
    });
}

}  // namespace

std::vector<std::vector<std::string>> stored_places(const std::vector<std::string>& paths,
                                                    const fs::path& model) {
    std::vector<std::vector<std::string>> places;
    const auto add = [&](std::vector<std::string> place) {
        if (all_there(place) && std::find(places.begin(), places.end(), place) == places.end())
            places.push_back(std::move(place));
    };
    add(paths);
    const bool relative = std::any_of(paths.begin(), paths.end(), [](const std::string& path) {
        return fs::path(path).is_relative();
    });
    fs::path folder = model.has_parent_path() ? model.parent_path() : fs::path(".");
    std::error_code unknown;
    const auto here = fs::weakly_canonical(".", unknown);
    for (auto around = fs::weakly_canonical(folder, unknown); relative; folder /= "..") {
        std::vector<std::string> place;
        // An absolute path stays as it is. What lies in the folder of the command is in `paths`.
        for (const auto& path : paths) place.push_back((folder / path).lexically_normal().native());
        if (around != here) add(std::move(place));
        if (!around.has_relative_path()) break;
        around = around.parent_path();
    }
    if (places.empty()) places.push_back(paths);
    return places;
}

bool is_gone(const std::string& path) {
    return path == "-" || path.starts_with("/dev/") || path.starts_with("/proc/");
}

}  // namespace carousel
