#pragma once

#include <cstdint>
#include <vector>

namespace carousel {

/// Rotary positions: of the d numbers of a head, i and i + d/2 are the coordinates of a point,
/// which symbol n turns by the angle 2π f_i n / P. The product of a query and a key, both turned,
/// then depends on how far their symbols are apart, and on nothing else of where they are; a middle
/// number of an odd d stays.
///
/// The frequencies are those of Su et al. 2021, 10000^(-2 i / d) P / 2π, rounded to whole numbers:
/// symbol n + P is turned exactly as symbol n, so that a text may go on for ever, and its place is
/// known by n modulo P.
///
/// Law: cosines and sines have the same bits everywhere: they are made by additions,
/// multiplications, divisions and square roots.
/// Source: Su, Lu, Pan, Murtadha, Wen & Liu 2021 (RoFormer), section 3.2.
class RotaryPositions {
public:
    static constexpr std::int64_t k_period = std::int64_t{1} << 20;  ///< P

    explicit RotaryPositions(std::int64_t head_size);

    std::int64_t pairs() const { return static_cast<std::int64_t>(frequencies_.size()); }

    /// Cosine and sine of each pair's angle at symbol `number` ≥ 0.
    void fill(std::int64_t number, float* cosines, float* sines) const;

    /// f, whole numbers in [1, P).
    const std::vector<std::int64_t>& frequencies() const { return frequencies_; }

private:
    struct Point {
        double x, y;
    };
    static Point product(const Point& a, const Point& b);

    std::vector<std::int64_t> frequencies_;
    std::vector<Point> coarse_, fine_;  // points of the circle, √P apart, and within such a step
};

/// Turns one head's numbers, in place, and scales them; with a `sign` of -1 it turns back.
struct Rotation {
    const float *cosines, *sines;
    std::int64_t pairs;
    float sign = 1, scale = 1;
};
void rotate(float* head, std::int64_t size, const Rotation& by);

}  // namespace carousel
