#pragma once

#include <string>
#include <vector>

namespace carousel {

/// The paths of a corpus for messages, made harmless for a terminal; of many the first twenty.
std::string shown_paths(const std::vector<std::string>& paths);

/// The files of a corpus as a title: their names without folders, few of them. `stored` is what a
/// model file keeps of it, or paths.
std::string title_of(const std::vector<std::string>& stored);

}  // namespace carousel
