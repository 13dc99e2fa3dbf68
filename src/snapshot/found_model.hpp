#pragma once

#include <filesystem>
#include <tuple>
#include <vector>

namespace carousel {

/// A model that stands in a folder.
struct FoundModel {
    bool trained = false;  ///< there, as its resume file or log tells; else exported or copied
    std::filesystem::file_time_type written;  ///< when its training ended, or the file came
    std::filesystem::path path;

    auto key() const { return std::tie(trained, written, path); }
};

/// The models right in `folder`: `*.carousel` without the resume, previous and step files. Those
/// that were trained there come after all that were exported or copied, each kind by time: the last
/// is the newest. None when the folder is missing.
std::vector<FoundModel> models_in(const std::filesystem::path& folder);

}  // namespace carousel
