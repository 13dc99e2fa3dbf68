#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace carousel {

/// One line of a text in colours.
struct SurprisingLine {
    std::string place{};            ///< where it stands, as given
    std::uint64_t characters = 0;   ///< with its newline
    double bits_per_character = 0;  ///< mean over them
    std::string html{};             ///< its beginning, when it is long
};

/// Finds the lines of a text that surprised the model the most, by bits per character. Memory does
/// not grow with the text, nor with the length of its lines.
class SurprisingLines {
public:
    struct Config {
        std::size_t most = 20;       ///< lines that are kept
        std::uint64_t shortest = 8;  ///< shorter lines are not looked at
        std::uint64_t shown = 300;   ///< characters of a line
    };
    explicit SurprisingLines(const Config& config) : config_(config) {}

    /// A line begins. `place` says where.
    void start_line(std::string place);

    /// The next character of the line; the newline that ends it is one, and is not shown.
    void add(std::string_view character, double nats);

    /// The text has ended.
    void finish();

    /// The most surprising first; of equals, the earlier.
    const std::vector<SurprisingLine>& lines() const { return lines_; }

private:
    Config config_;
    std::vector<SurprisingLine> lines_;
    SurprisingLine line_;
    double nats_ = 0;
};

}  // namespace carousel
