#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "cpu/buffer.hpp"
#include "cpu/crew.hpp"
#include "kernels/kernels.hpp"

namespace carousel {

/// A matrix (N, K) as panels of sixteen rows, (panels, columns, 16).
struct PanelShape {
    std::int64_t panels = 0, columns = 0;
};

/// Turns a matrix X = U S Vᵀ into nearly U Vᵀ: divides X by (Σ s⁴)^¼, so that its singular values
/// are at most 1, and applies three polynomials p(s) = a s + b s³ + c s⁵, X ← X (a I + b XᵀX + c
/// (XᵀX)²) (Newton–Schulz, as in Jordan et al. 2024, "Muon: An optimizer for hidden layers in
/// neural networks"). Each is the best approximation of 1, by its largest error, on what those
/// before it make of [0.01, 1] (Amsel, Persson, Musco & Gower 2025, "The Polar Express"): that
/// becomes 0.73 to 1.27, and what is smaller 78 times as long at most.
///
/// What X is multiplied by are polynomials of one symmetric matrix G = XᵀX, which commute. So the
/// iterations run on that alone, Q = a I + b G + c G², P ← P Q, G ← G Q², of which half is
/// computed, and X is multiplied once, by P: 9 H³ multiply-adds where X has 3H × H, instead of 15.
/// G has the size of the shorter side: of a matrix wider than high it is XXᵀ.
///
/// An object has the memory for one matrix; several go side by side through the same phases.
class Orthogonalization {
public:
    /// a, b and c, one polynomial after the other.
    static constexpr std::array<std::array<double, 3>, 3> k_polynomials{
        {{8.0934, -23.6204, 17.4462}, {3.6366, -2.7219, 0.5365}, {2.6613, -1.9772, 0.4526}}};

    /// For matrices of any of these shapes.
    explicit Orthogonalization(std::span<const PanelShape> shapes);

    /// The next matrix is of this shape, and is to be put there.
    void place(const PanelShape& shape) { shape_ = shape; }
    float* matrix() { return matrix_.data(); }

    /// What became of it, laid out as it was. Of zeros: zeros.
    const float* result() const { return turned_.data(); }

    /// Runs all of them, shared by the crew. Law: the same bits for every crew and company.
    static void run(const Crew& crew, std::span<Orthogonalization> all);

private:
    bool is_high() const { return shape_.columns <= shape_.panels * k_panel; }
    std::int64_t side() const;   // panels of G
    double trace() const;        // of G
    void choose(std::size_t i);  // the coefficients of polynomial i

    // The phases, each in pieces of two panels: of G, but for the last, of the result.
    void turn(std::int64_t piece);
    void multiply_itself(std::int64_t piece);
    void normalize(std::int64_t piece);
    void next_factor(std::int64_t piece);
    void gram_times_factor(std::int64_t piece);
    void next_gram(std::int64_t piece);
    void next_polynomial(std::int64_t piece);
    void multiply_by_polynomial(std::int64_t piece);

    struct Coefficients {
        float a, b, c;
    };
    PanelShape shape_;
    double trace_ = 0;  // of G before it was divided by that: the squared norm of X
    Coefficients coefficients_{};
    Buffer matrix_, turned_;                     // X; panels of its transpose, then the result
    Buffer gram_, factor_, polynomial_, spare_;  // G, Q, P: panels of symmetric matrices, whole
};

}  // namespace carousel
