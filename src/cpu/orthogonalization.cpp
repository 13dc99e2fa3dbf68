#include "cpu/orthogonalization.hpp"

#include <algorithm>
#include <cstring>

#include "kernels/kernels.hpp"

namespace carousel {

namespace {

constexpr int k_iterations = 5;
constexpr float k_a = 3.4445F, k_b = -4.7750F, k_c = 2.0315F;

// A symmetric matrix as panels, where it serves as either factor of a product: sixteen of its rows
// are one of its panels read across.
struct Symmetric {
    float* values;
    std::int64_t blocks;  // of sixteen rows or columns
    std::int64_t panel() const { return blocks * k_panel * k_panel; }
};

// c = xᵀ x on and above the diagonal, for the columns of block `block`; x holds `depth` rows.
void square_block(const float* x, std::int64_t depth, const Symmetric& c, std::int64_t block) {
    const auto panel = depth * k_panel;
    kernels().product({.a = x + block * panel,
                       .a_row = 1,
                       .a_depth = k_panel,
                       .w = x + block * panel,
                       .w_panel = panel,
                       .c = c.values + block * (c.panel() + k_panel * k_panel),
                       .c_row = k_panel,
                       .c_panel = c.panel(),
                       .rows = k_panel,
                       .panels = c.blocks - block,
                       .depth = depth});
}

// Copies what is above the diagonal of the rows of `block` below it.
void mirror_block(const Symmetric& c, std::int64_t block) {
    for (auto p = block + 1; p < c.blocks; ++p) {
        const float* from = c.values + p * c.panel() + block * k_panel * k_panel;
        float* to = c.values + block * c.panel() + p * k_panel * k_panel;
        for (std::int64_t i = 0; i < k_panel; ++i) {
            for (std::int64_t j = 0; j < k_panel; ++j) to[j * k_panel + i] = from[i * k_panel + j];
        }
    }
}

// The rows of `block` on and above the diagonal: x = a I + b s + c x.
void polynomial_block(const Symmetric& s, const Symmetric& x, std::int64_t block) {
    for (auto p = block; p < x.blocks; ++p) {
        const auto at = p * x.panel() + block * k_panel * k_panel;
        for (std::int64_t i = 0; i < k_panel * k_panel; ++i) {
            x.values[at + i] = k_c * x.values[at + i] + k_b * s.values[at + i];
        }
        for (std::int64_t i = 0; p == block && i < k_panel; ++i) {
            x.values[at + i * k_panel + i] += k_a;
        }
    }
}

void scale(ThreadPool& pool, float* values, std::int64_t count, float factor) {
    pool.run([&](int member) {
        const auto [first, last] = split_evenly(count, pool.size(), member);
        for (auto i = first; i < last; ++i) values[i] *= factor;
    });
}

}  // namespace

Orthogonalization::Orthogonalization(std::int64_t panels, std::int64_t columns)
    : next_(padded(columns) * panels * k_panel),
      transposed_(next_.size()),
      high_(next_.size()),
      square_(padded(columns) * padded(columns)),
      factor_(square_.size()) {}

void Orthogonalization::run(ThreadPool& pool, float* matrix, std::int64_t panels,
                            std::int64_t columns, double norm) {
    if (norm <= 0) return;
    const auto rows = panels * k_panel;
    if (columns <= rows) return iterate(pool, matrix, panels, columns, norm);
    transpose(pool, matrix, panels, columns, high_.data());
    iterate(pool, high_.data(), panels_for(columns), rows, norm);
    transpose(pool, high_.data(), panels_for(columns), rows, next_.data());
    for (std::int64_t p = 0; p < panels; ++p) {  // the way back has padded columns
        std::memcpy(matrix + p * columns * k_panel, next_.data() + p * padded(columns) * k_panel,
                    static_cast<std::size_t>(columns * k_panel) * sizeof(float));
    }
}

void Orthogonalization::transpose(ThreadPool& pool, const float* matrix, std::int64_t panels,
                                  std::int64_t columns, float* out) {
    pool.run([&](int member) {
        const auto [first, last] = split_evenly(panels_for(columns), pool.size(), member);
        kernels().transpose_panels(matrix, panels, columns, out, first, last);
    });
}

void Orthogonalization::iterate(ThreadPool& pool, float* matrix, std::int64_t panels,
                                std::int64_t columns, double norm) {
    const auto count = panels * columns * k_panel;
    scale(pool, matrix, count, static_cast<float>(1 / norm));
    const auto blocks = panels_for(columns), depth = panels * k_panel;
    const Symmetric square{square_.data(), blocks}, factor{factor_.data(), blocks};
    const auto mirror = [&](const Symmetric& c) {
        pool.for_each(blocks, [&](std::int64_t block) { mirror_block(c, block); });
    };
    float *x = matrix, *next = next_.data();
    for (int iteration = 0; iteration < k_iterations; ++iteration, std::swap(x, next)) {
        transpose(pool, x, panels, columns, transposed_.data());
        pool.for_each(blocks, [&](std::int64_t block) {
            square_block(transposed_.data(), depth, square, block);
        });
        mirror(square);
        pool.for_each(blocks, [&](std::int64_t block) {
            square_block(square.values, blocks * k_panel, factor, block);
            polynomial_block(square, factor, block);
        });
        mirror(factor);
        pool.for_each(blocks, [&](std::int64_t block) {
            kernels().product({.a = factor.values + block * factor.panel(),
                               .a_row = 1,
                               .a_depth = k_panel,
                               .w = x,
                               .w_panel = columns * k_panel,
                               .c = next + block * k_panel * k_panel,
                               .c_row = k_panel,
                               .c_panel = columns * k_panel,
                               .rows = std::min(k_panel, columns - block * k_panel),
                               .panels = panels,
                               .depth = columns});
        });
    }
    if (x != matrix) {
        std::memcpy(matrix, x, static_cast<std::size_t>(count) * sizeof(float));
    }
}

}  // namespace carousel
