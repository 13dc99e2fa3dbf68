#include "report/line_chart.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "report/axis.hpp"
#include "report/markup.hpp"

// First the points, as many as can be told apart, and the plane, which maps numbers to places; then
// what is drawn on it: axes, series, the names at the ends of the lines, the mark. Places are
// written with one decimal, so that the same data gives the same bytes everywhere.

namespace carousel {

namespace {

// Units of the drawing, which are pixels where the page is wide enough.
constexpr double k_width = 480, k_height = 290;
constexpr double k_left = 48, k_top = 30, k_bottom = 44;
constexpr double k_least_right = 82, k_letter = 7.2;  // at the right stand the names of the lines
constexpr double k_line_height = 15;

// What comes before this share of x may lie beyond an axis that is cut.
constexpr double k_beginning = 0.2;

// An axis is at least this wide beside its numbers: nearer ones cannot be told apart by a double.
constexpr double k_least_width = 1e-9;

struct Extent {
    double low = std::numeric_limits<double>::infinity(), high = -low;

    void take(double value) {
        low = std::min(low, value);
        high = std::max(high, value);
    }
    double width() const { return high - low; }
    double size() const { return std::max(std::abs(low), std::abs(high)); }
};

/// Where numbers come to lie.
struct Plane {
    Extent x, y;
    double right = k_width - k_least_right;  // its edge

    double left(double value) const {
        return k_left + (value - x.low) / x.width() * (right - k_left);
    }
    bool holds(const ChartPoint& point) const { return point.y >= y.low && point.y <= y.high; }
    double top(double value) const {
        return k_height - k_bottom - (value - y.low) / y.width() * (k_height - k_top - k_bottom);
    }
};

// Room for lines that are flat or a single point, and some air above and below the others.
void widen(Extent& range, bool from_zero, double air) {
    if (from_zero) range.take(0);
    if (range.width() <= range.size() * k_least_width) {
        const double half = range.size() == 0 ? 1 : range.size() / 2;
        range = {range.low - (from_zero ? 0 : half), range.high + half};
        return;
    }
    const double more = range.width() * air;
    range = {from_zero ? range.low : range.low - more, range.high + more};
}

bool can_be_drawn(const ChartPoint& point) {
    // Sums and differences of such numbers are numbers too.
    constexpr double k_largest = 1e300;
    return std::abs(point.x) < k_largest && std::abs(point.y) < k_largest;
}

/// The points that are drawn: the last of each of so many equal parts of the series.
void thin(std::vector<ChartPoint>& points) {
    std::erase_if(points, [](const ChartPoint& point) { return !can_be_drawn(point); });
    const auto count = points.size();
    if (count <= k_most_points) return;
    for (std::size_t i = 0; i < k_most_points; ++i)
        points[i] = std::move(points[count * (i + 1) / k_most_points - 1]);
    points.resize(k_most_points);
}

Plane plane_of(const LineChart& chart) {
    Plane plane;
    for (const auto& series : chart.series) {
        for (const auto& point : series.points) plane.x.take(point.x);
    }
    const double from = chart.y.cut ? plane.x.low + k_beginning * plane.x.width() : plane.x.low;
    for (const auto& series : chart.series) {
        for (const auto& point : series.points)
            if (point.x >= from) plane.y.take(point.y);
    }
    for (const auto& series : chart.series) {
        const double name = 10 + k_letter * static_cast<double>(series.name.size());
        plane.right = std::min(plane.right, k_width - name);
    }
    plane.right = std::max(plane.right, k_width / 2);
    if (chart.mark) plane.y.take(chart.mark->y);
    widen(plane.x, chart.x.from_zero, 0);
    widen(plane.y, chart.y.from_zero, 0.06);
    return plane;
}

double distance(const std::vector<double>& ticks) {
    return ticks.size() > 1 ? ticks[1] - ticks[0] : 1;
}

void draw_axes(const LineChart& chart, const Plane& plane, std::string& out) {
    const double bottom = k_height - k_bottom, right = plane.right;
    const auto rows = round_ticks(plane.y.low, plane.y.high, 6);
    for (const double tick : rows) {
        const double y = plane.top(tick);
        out += fmt::format(
            "<line class=\"grid\" x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\"/>"
            "<text class=\"end\" x=\"{:.1f}\" y=\"{:.1f}\">{}</text>\n",
            k_left, y, right, y, k_left - 8, y + 4, tick_label(tick, distance(rows)));
    }
    const auto columns = round_ticks(plane.x.low, plane.x.high, 6);
    for (const double tick : columns) {
        const double x = plane.left(tick);
        out += fmt::format(
            "<line class=\"axis\" x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\"/>"
            "<text class=\"middle\" x=\"{:.1f}\" y=\"{:.1f}\">{}</text>\n",
            x, bottom, x, bottom + 4, x, bottom + 18, tick_label(tick, distance(columns)));
    }
    out += fmt::format(
        "<line class=\"axis\" x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\"/>"
        "<text class=\"label\" x=\"{:.1f}\" y=\"{:.1f}\">{}</text>"
        "<text class=\"label end\" x=\"{:.1f}\" y=\"{:.1f}\">{}</text>\n",
        k_left, bottom, right, bottom, 0.0, k_top - 16, plain_markup(chart.y.label), right,
        bottom + 36, plain_markup(chart.x.label));
}

/// Where the way from one point to another leaves the plane: the one lies on it, the other above or
/// below.
ChartPoint edge_between(const ChartPoint& inside, const ChartPoint& outside, const Plane& plane) {
    const double y = outside.y > plane.y.high ? plane.y.high : plane.y.low;
    return {.x = inside.x + (outside.x - inside.x) * (y - inside.y) / (outside.y - inside.y),
            .y = y};
}

/// The line of a series in the pieces of it that lie on the plane.
void draw_line(const std::vector<ChartPoint>& points, const Plane& plane, std::string& out) {
    const auto go_to = [&](const ChartPoint& point) {
        out += fmt::format("{:.1f},{:.1f} ", plane.left(point.x), plane.top(point.y));
    };
    bool drawing = false;
    const auto begin = [&] {
        if (!drawing) out += "<polyline points=\"";
        drawing = true;
    };
    const auto end = [&] {
        if (!drawing) return;
        out.pop_back();
        out += "\"/>\n";
        drawing = false;
    };
    for (std::size_t i = 0; i < points.size(); ++i) {
        const bool inside = plane.holds(points[i]), after = i > 0;
        if (inside) {
            const bool enters = after && !plane.holds(points[i - 1]);
            begin();
            if (enters) go_to(edge_between(points[i], points[i - 1], plane));
            go_to(points[i]);
        } else if (after && plane.holds(points[i - 1])) {
            go_to(edge_between(points[i - 1], points[i], plane));
            end();
        }
    }
    end();
}

std::size_t colour_of(const LineChart& chart, std::size_t series) {
    return chart.series[series].colour.value_or(series) % k_line_colours;
}

void draw_series(const ChartSeries& series, std::size_t colour, const Plane& plane,
                 std::string& out) {
    out += fmt::format("<g class=\"c{}\">", colour);
    draw_line(series.points, plane, out);
    // Many dots would hide the line; each can still be hovered.
    const double radius = series.points.size() > 40 ? 1.2 : 2.4;
    for (const auto& point : series.points) {
        if (!plane.holds(point)) continue;
        out +=
            fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{}\"><title>{}</title></circle>\n",
                        plane.left(point.x), plane.top(point.y), radius, plain_markup(point.note));
    }
    out += "</g>\n";
}

/// Heights, the least first, moved as little as leaves a line between each two of them: those that
/// stand too close become a block about their middle, which takes up what it meets.
void move_apart(std::vector<double>& heights) {
    struct Block {
        std::size_t count;
        double sum;  // of the middles that each of its heights asks for
        double middle() const { return sum / static_cast<double>(count); }
        double half() const { return k_line_height * static_cast<double>(count - 1) / 2; }
    };
    std::vector<Block> blocks;
    for (const double height : heights) {
        blocks.push_back({1, height});
        while (blocks.size() > 1) {
            const Block last = blocks.back();
            auto& before = blocks[blocks.size() - 2];
            const double distance = last.middle() - last.half() - before.middle() - before.half();
            if (distance >= k_line_height) break;
            before.count += last.count;
            before.sum += last.sum;
            blocks.pop_back();
        }
    }
    std::size_t i = 0;
    for (const auto& block : blocks) {
        double height = block.middle() - block.half();
        for (std::size_t n = 0; n < block.count; ++n, height += k_line_height)
            heights[i++] = height;
    }
}

/// The names at the ends of the lines, moved apart where the lines end close together.
void draw_names(const LineChart& chart, const Plane& plane, std::string& out) {
    struct Name {
        std::size_t number;
        double x, y;
    };
    std::vector<Name> names;
    for (std::size_t i = 0; i < chart.series.size(); ++i) {
        const auto& points = chart.series[i].points;
        if (points.empty() || chart.series[i].name.empty()) continue;
        const double y = std::clamp(points.back().y, plane.y.low, plane.y.high);
        names.push_back({i, plane.left(points.back().x), plane.top(y)});
    }
    std::sort(names.begin(), names.end(), [](const Name& a, const Name& b) { return a.y < b.y; });
    std::vector<double> heights;
    for (const auto& name : names) heights.push_back(name.y);
    move_apart(heights);
    for (std::size_t i = 0; i < names.size(); ++i) {
        const auto& name = names[i];
        out += fmt::format("<text class=\"c{}\" x=\"{:.1f}\" y=\"{:.1f}\">{}</text>\n",
                           colour_of(chart, name.number), name.x + 8, heights[i] + 4,
                           plain_markup(chart.series[name.number].name));
    }
}

void draw_mark(const ChartPoint& mark, const Plane& plane, std::string& out) {
    const double x = plane.left(mark.x), y = plane.top(mark.y);
    const bool right_half = x > (k_left + plane.right) / 2;
    out += fmt::format(
        "<circle class=\"mark\" cx=\"{0:.1f}\" cy=\"{1:.1f}\" r=\"5.5\"><title>{2}</title></circle>"
        "<text class=\"note {3}\" x=\"{0:.1f}\" y=\"{4:.1f}\">{2}</text>\n",
        x, y, plain_markup(mark.note), right_half ? "end" : "", y - 12);
}

}  // namespace

std::string to_svg(LineChart chart) {
    for (auto& series : chart.series) thin(series.points);
    if (chart.mark && !can_be_drawn(*chart.mark)) chart.mark.reset();
    const bool drawn = std::any_of(chart.series.begin(), chart.series.end(),
                                   [](const ChartSeries& s) { return !s.points.empty(); });
    if (!drawn) return {};
    const auto plane = plane_of(chart);
    auto out = fmt::format(
        "<figure><figcaption>{0}</figcaption><svg viewBox=\"0 0 {1} {2}\" role=\"img\" "
        "aria-label=\"{0}\">\n",
        plain_markup(chart.caption), k_width, k_height);
    draw_axes(chart, plane, out);
    for (std::size_t i = 0; i < chart.series.size(); ++i) {
        draw_series(chart.series[i], colour_of(chart, i), plane, out);
    }
    draw_names(chart, plane, out);
    if (chart.mark && plane.holds(*chart.mark)) draw_mark(*chart.mark, plane, out);
    return out + "</svg></figure>\n";
}

}  // namespace carousel
