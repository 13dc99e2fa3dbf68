#pragma once

#include <optional>
#include <string>
#include <vector>

namespace carousel {

struct ChartPoint {
    double x = 0, y = 0;
    std::string note{};  ///< what hovering tells
};

struct ChartSeries {
    std::string name;  ///< written at the end of its line
    std::vector<ChartPoint> points;
};

struct ChartAxis {
    std::string label;
    bool from_zero = false;
};

/// Lines over two axes, at most three. Numbers must be finite.
struct LineChart {
    std::string caption;
    ChartAxis x, y;
    std::vector<ChartSeries> series;
    std::optional<ChartPoint> mark{};  ///< a point that stands out, with its note beside it
};

/// The chart as a `figure` with an SVG drawing, whose colours are those of the page's style. Empty
/// when no series has a point.
std::string to_svg(const LineChart& chart);

}  // namespace carousel
