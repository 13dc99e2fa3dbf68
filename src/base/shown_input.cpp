#include "base/shown_input.hpp"

#include "base/shown_path.hpp"

namespace carousel {

std::string shown_input(const std::filesystem::path& path) {
    return path == "-" ? "standard input" : shown_path(path);
}

}  // namespace carousel
