#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "report/predicted_character.hpp"
#include "text/direction.hpp"

namespace carousel {

/// One line of a text in colours.
struct SurprisingLine {
    LinePlace place{};              ///< where it stands
    std::string name{};             ///< that place in words, as given
    std::uint64_t characters = 0;   ///< with its newline
    double bits_per_character = 0;  ///< mean over them
    std::string html{};             ///< its beginning, when it is long
    std::optional<Direction> direction{};
    bool linked = false;  ///< its place is on the page
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

    /// A line begins; `name` says where, for people.
    void start_line(const LinePlace& place, std::string name);

    /// The next character of the line; the newline that ends it is one, and is not shown.
    void add(const PredictedCharacter& character);

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
