#pragma once

#include <filesystem>
#include <string>

namespace carousel {

/// As long as it lives, a file cannot be written: a folder stands where it is prepared.
class Hindrance {
public:
    explicit Hindrance(const std::filesystem::path& file)
        : place_(file.parent_path() / ("." + file.filename().native() + ".carousel-partial")) {
        std::filesystem::create_directory(place_);
    }
    ~Hindrance() { std::filesystem::remove(place_); }
    Hindrance(const Hindrance&) = delete;
    Hindrance& operator=(const Hindrance&) = delete;

private:
    std::filesystem::path place_;
};

}  // namespace carousel
