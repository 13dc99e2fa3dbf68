#include "cpu/orthogonalization.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "kernels/kernels.hpp"

namespace carousel {

namespace {

constexpr std::int64_t k_block = k_panel * k_panel;  // sixteen rows of a panel
constexpr std::int64_t k_piece = 2;                  // panels
constexpr std::int64_t k_chunk = 256;                // of the depth of a product

std::int64_t pieces_of(std::int64_t panels) {
    return (panels + k_piece - 1) / k_piece;
}

Range panels_of(std::int64_t piece, std::int64_t panels) {
    return {piece * k_piece, std::min((piece + 1) * k_piece, panels)};
}

// As the kernel, for an A whose rows are sixteen floats long, so that depth lies in groups, the
// last of which may be cut short. Chunks of the depth keep what a tile reads near.
void product_in_groups(PanelProduct p) {
    p.a_row = k_panel;
    p.a_depth = 1;
    for (std::int64_t done = 0, depth = p.depth; done < depth; done += p.depth) {
        p.depth = std::min(k_chunk, depth - done);
        if (p.depth > k_panel) p.depth -= p.depth % k_panel;
        p.a_group = p.depth < k_panel ? 0 : k_panel;
        kernels().product(p);
        p.a += p.depth / k_panel * p.a_group_step;
        p.w += p.depth * k_panel;
        p.accumulate = true;
    }
}

// A symmetric product on and above the diagonal, for the panels of `piece`, and what mirrors it
// below: c of `side` panels = A w. `finish` makes of a panel, of which so many rows count, what it
// is to hold.
template <typename Finish>
void symmetric_product(PanelProduct product, std::int64_t side, std::int64_t piece,
                       Finish&& finish) {
    const auto [first, last] = panels_of(piece, side);
    float* const c = product.c;
    const auto c_panel = side * k_block;
    product.w += first * product.w_panel;
    product.c += first * c_panel;
    product.c_row = k_panel;
    product.c_panel = c_panel;
    product.rows = std::min(product.rows, last * k_panel);
    product.panels = last - first;
    product_in_groups(product);
    for (auto p = first; p < last; ++p) {
        finish(c + p * c_panel, p, last * k_panel);
        for (std::int64_t row = 0; row < first; ++row) {
            kernels().transpose_panels(c + p * c_panel + row * k_block, 1, k_panel,
                                       c + row * c_panel + p * k_block, 0, 1);
        }
    }
}

// c = x y for symmetric matrices that commute.
template <typename Finish>
void symmetric_product(const Buffer& x, const Buffer& y, Buffer& c, std::int64_t side,
                       std::int64_t piece, Finish&& finish) {
    const auto panel = side * k_block;
    symmetric_product({.a = x.data(),
                       .a_row = 0,
                       .a_depth = 0,
                       .w = y.data(),
                       .w_panel = panel,
                       .c = c.data(),
                       .c_row = 0,
                       .c_panel = 0,
                       .rows = side * k_panel,
                       .panels = 0,
                       .depth = side * k_panel,
                       .a_group_step = panel},
                      side, piece, finish);
}

void leave(float* /*panel*/, std::int64_t /*number*/, std::int64_t /*rows*/) {}

template <typename Size>
std::int64_t largest(std::span<const PanelShape> shapes, Size&& size) {
    std::int64_t most = 0;
    for (const auto& shape : shapes) most = std::max(most, size(shape));
    return most;
}

std::int64_t side_of(const PanelShape& shape) {
    return std::min(shape.panels, panels_for(shape.columns));
}

}  // namespace

Orthogonalization::Orthogonalization(std::span<const PanelShape> shapes)
    : matrix_(largest(shapes, [](auto& s) { return s.panels * k_panel * s.columns; })),
      turned_(largest(shapes, [](auto& s) { return s.panels * k_panel * padded(s.columns); })),
      gram_(largest(shapes, [](auto& s) { return side_of(s) * side_of(s) * k_block; })),
      factor_(gram_.size()),
      polynomial_(gram_.size()),
      spare_(gram_.size()) {}

std::int64_t Orthogonalization::side() const {
    return side_of(shape_);
}

void Orthogonalization::turn(std::int64_t piece) {
    const auto [first, last] = panels_of(piece, panels_for(shape_.columns));
    kernels().transpose_panels(matrix_.data(), shape_.panels, shape_.columns,
                               turned_.data() + first * shape_.panels * k_block, first, last);
}

void Orthogonalization::multiply_itself(std::int64_t piece) {
    // XᵀX is the product of rows of X in `matrix_` and panels in `turned_`; XXᵀ, the other way
    // round.
    const auto rows = shape_.panels * k_panel, columns = shape_.columns;
    const auto depth = is_high() ? rows : columns, size = is_high() ? columns : rows;
    const auto clear = [&](float* panel, std::int64_t, std::int64_t last) {
        for (auto i = size * k_panel; i < last * k_panel; ++i) panel[i] = 0;  // padding
    };
    symmetric_product({.a = is_high() ? matrix_.data() : turned_.data(),
                       .a_row = 0,
                       .a_depth = 0,
                       .w = is_high() ? turned_.data() : matrix_.data(),
                       .w_panel = depth * k_panel,
                       .c = gram_.data(),
                       .c_row = 0,
                       .c_panel = 0,
                       .rows = size,
                       .panels = 0,
                       .depth = depth,
                       .a_group_step = size * k_panel},
                      side(), piece, clear);
}

double Orthogonalization::trace() const {
    double sum = 0;
    for (std::int64_t p = 0; p < side(); ++p) {
        const float* block = gram_.data() + p * (side() + 1) * k_block;
        for (std::int64_t i = 0; i < k_panel; ++i) sum += double{block[i * k_panel + i]};
    }
    return sum;
}

void Orthogonalization::normalize(std::int64_t piece) {
    const auto [first, last] = panels_of(piece, side());
    const auto panel = side() * k_block;
    const auto factor = static_cast<float>(trace_ > 0 ? 1 / trace_ : 0);
    for (auto i = first * panel; i < last * panel; ++i) gram_.data()[i] *= factor;
}

void Orthogonalization::choose(std::size_t i) {
    // The first polynomial also divides G, whose trace is 1, by its Frobenius norm; the last
    // divides X by the norm that it came with. Both go into P, of both the root.
    double norm = 1, scale = 1;
    if (i == 0) {
        norm = std::sqrt(kernels().sum_of_squares(gram_.data(), side() * side() * k_block));
        if (norm <= 0) norm = 1;
        scale /= std::sqrt(norm);
    }
    if (i + 1 == k_polynomials.size()) scale *= trace_ > 0 ? 1 / std::sqrt(trace_) : 0;
    const auto [a, b, c] = k_polynomials[i];
    coefficients_ = {static_cast<float>(a * scale), static_cast<float>(b * scale / norm),
                     static_cast<float>(c * scale / (norm * norm))};
}

void Orthogonalization::next_factor(std::int64_t piece) {
    const auto [a, b, c] = coefficients_;
    const auto polynomial = [&, a = a, b = b, c = c](float* x, std::int64_t p, std::int64_t rows) {
        const float* g = gram_.data() + p * side() * k_block;
        for (std::int64_t i = 0; i < rows * k_panel; ++i) x[i] = c * x[i] + b * g[i];
        for (std::int64_t j = 0; j < k_panel; ++j) x[(p * k_panel + j) * k_panel + j] += a;
    };
    symmetric_product(gram_, gram_, factor_, side(), piece, polynomial);
}

void Orthogonalization::gram_times_factor(std::int64_t piece) {
    symmetric_product(gram_, factor_, spare_, side(), piece, leave);
}

void Orthogonalization::next_gram(std::int64_t piece) {
    symmetric_product(spare_, factor_, gram_, side(), piece, leave);
}

void Orthogonalization::next_polynomial(std::int64_t piece) {
    symmetric_product(polynomial_, factor_, spare_, side(), piece, leave);
}

void Orthogonalization::multiply_by_polynomial(std::int64_t piece) {
    // Of a high matrix X P, whose columns are rows of the product P Xᵀ; of a wide one P X.
    const auto [first, last] = panels_of(piece, shape_.panels);
    const auto stored_panel = shape_.columns * k_panel, symmetric_panel = side() * k_block;
    const auto w_panel = is_high() ? stored_panel : symmetric_panel;
    product_in_groups({.a = is_high() ? polynomial_.data() : matrix_.data(),
                       .a_row = 0,
                       .a_depth = 0,
                       .w = (is_high() ? matrix_.data() : polynomial_.data()) + first * w_panel,
                       .w_panel = w_panel,
                       .c = turned_.data() + first * stored_panel,
                       .c_row = k_panel,
                       .c_panel = stored_panel,
                       .rows = shape_.columns,
                       .panels = last - first,
                       .depth = w_panel / k_panel,
                       .a_group_step = is_high() ? symmetric_panel : stored_panel});
}

void Orthogonalization::run(const Crew& crew, std::span<Orthogonalization> all) {
    using Phase = void (Orthogonalization::*)(std::int64_t);
    const auto phase = [&](Phase work, auto pieces) {
        std::int64_t count = 0;
        for (const auto& one : all) count += pieces(one);
        crew.for_each(count, [&](std::int64_t piece) {
            for (auto i = count - 1 - piece; auto& one : all) {  // the long ones of each first
                if (i < pieces(one)) return (one.*work)(i);
                i -= pieces(one);
            }
        });
    };
    const auto of_side = [](const Orthogonalization& one) { return pieces_of(one.side()); };
    const auto of_turned = [](const Orthogonalization& one) {
        return pieces_of(panels_for(one.shape_.columns));
    };
    const auto of_result = [](const Orthogonalization& one) {
        return pieces_of(one.shape_.panels);
    };
    phase(&Orthogonalization::turn, of_turned);
    phase(&Orthogonalization::multiply_itself, of_side);
    for (auto& one : all) one.trace_ = one.trace();
    phase(&Orthogonalization::normalize, of_side);
    for (std::size_t i = 0; i < k_polynomials.size(); ++i) {
        const bool first = i == 0, last = i == k_polynomials.size() - 1;
        for (auto& one : all) one.choose(i);
        phase(&Orthogonalization::next_factor, of_side);
        if (!last) {
            phase(&Orthogonalization::gram_times_factor, of_side);
            phase(&Orthogonalization::next_gram, of_side);
        }
        if (!first) phase(&Orthogonalization::next_polynomial, of_side);
        for (auto& one : all) std::swap(one.polynomial_, first ? one.factor_ : one.spare_);
    }
    phase(&Orthogonalization::multiply_by_polynomial, of_result);
}

}  // namespace carousel
