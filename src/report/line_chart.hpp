#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace carousel {

struct ChartPoint {
    double x = 0, y = 0;
    std::string note{};  ///< what hovering tells
};

struct ChartSeries {
    std::string name;  ///< written at the end of its line; empty: nothing
    std::vector<ChartPoint> points;
    std::optional<std::size_t> colour{};  ///< its number; absent: that of the series
};

/// Colours that can be told from each other; after the last one comes the first again.
inline constexpr std::size_t k_line_colours = 8;

struct ChartAxis {
    std::string label;
    bool from_zero = false;
    /// Of y: the axis reaches as far as the points of the last four fifths of x need, and what lies
    /// beyond it leaves the picture at its edge.
    bool cut = false;
};

/// Lines over two axes, each of its points further right than the one before.
/// Numbers that are not finite are left out. Of a series with more than `k_most_points` every so
/// many are drawn.
struct LineChart {
    std::string caption;
    ChartAxis x, y;
    std::vector<ChartSeries> series;
    std::optional<ChartPoint> mark{};  ///< a point that stands out, with its note beside it
};

inline constexpr std::size_t k_most_points = 600;

/// The chart as a `figure` with an SVG drawing, whose colours are those of the page's style. Empty
/// when no series has a point.
std::string to_svg(LineChart chart);

}  // namespace carousel
