#include "cpu/rotary_positions.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace carousel {

namespace {

constexpr std::int64_t k_step = 1024;  // √P
constexpr double k_base = 10000;

static_assert(k_step * k_step == RotaryPositions::k_period);

}  // namespace

RotaryPositions::Point RotaryPositions::product(const Point& a, const Point& b) {
    return {a.x * b.x - a.y * b.y, a.x * b.y + a.y * b.x};
}

RotaryPositions::RotaryPositions(std::int64_t head_size) {
    // The rounding hides what libraries of mathematics differ in.
    const auto pairs = head_size / 2;
    for (std::int64_t i = 0; i < pairs; ++i) {
        const double turn = std::pow(k_base, -static_cast<double>(i) / static_cast<double>(pairs));
        const double steps = static_cast<double>(k_period) / (2 * std::numbers::pi) * turn;
        frequencies_.push_back(std::max<std::int64_t>(1, std::llround(steps)));
    }
    // From half a turn on, each angle is half of the one before:
    // cos(a/2) = √((1 + cos a) / 2), sin(a/2) = sin a / (2 cos(a/2)).
    std::vector<Point> halves{{-1, 0}, {0, 1}};  // of P/2 and P/4 steps
    for (std::int64_t steps = k_period / 8; steps >= 1; steps /= 2) {
        const auto& whole = halves.back();
        const double x = std::sqrt((1 + whole.x) / 2);
        halves.push_back({x, whole.y / (2 * x)});
    }
    const auto point = [&](std::int64_t steps) {
        Point at{1, 0};
        auto part = k_period / 2;
        for (const auto& half : halves) {
            if ((steps & part) != 0) at = product(at, half);
            part /= 2;
        }
        return at;
    };
    for (std::int64_t i = 0; i < k_step; ++i) {
        coarse_.push_back(point(i * k_step));
        fine_.push_back(point(i));
    }
}

void RotaryPositions::fill(std::int64_t number, float* cosines, float* sines) const {
    for (const auto frequency : frequencies_) {
        const auto steps = frequency * (number % k_period) % k_period;
        const auto at = product(coarse_[static_cast<std::size_t>(steps / k_step)],
                                fine_[static_cast<std::size_t>(steps % k_step)]);
        *cosines++ = static_cast<float>(at.x);
        *sines++ = static_cast<float>(at.y);
    }
}

void rotate(float* head, std::int64_t size, const Rotation& by) {
    const auto half = by.pairs;
    float* const first = head;
    float* const second = head + half;
    for (std::int64_t i = 0; i < half; ++i) {
        const float x = first[i], y = second[i];
        const float c = by.scale * by.cosines[i], s = by.scale * (by.sign * by.sines[i]);
        first[i] = x * c - y * s;
        second[i] = y * c + x * s;
    }
    if (size > 2 * half) head[size - 1] *= by.scale;
}

}  // namespace carousel
