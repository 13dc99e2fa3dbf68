#pragma once

// The matrix product. One tile is MR rows of A by NP panels of W, held in registers over the whole
// depth:
//
//              k ->                 p0 (16 wide)  p1
//   A row 0   [a a a a ...]    k | [w............][w............]
//   A row 1   [a a a a ...]    v | [w............][w............]
//     ...                           ...
// Each k loads NP rows of panels and broadcasts MR elements of A: MR * NP fused multiply-adds for
// MR + NP loads. A k is a number or, in bf16, a pair of them (kernels/bf16.hpp). Rows are cut
// evenly (32 rows are 11 + 11 + 10, not 14 + 14 + 4), since a thin tile cannot hide the latency of
// the multiply-adds.

#include "kernels/bf16.hpp"
#include "kernels/kernels.hpp"
#include "kernels/panel_offsets.hpp"
#include "kernels/vector.hpp"

namespace carousel {
namespace {

#if defined(__AVX512F__)
constexpr int k_tile_rows = 14, k_tile_panels = 2, k_thin_panels = 8;
#elif defined(__AVX2__)
constexpr int k_tile_rows = 6, k_tile_panels = 1, k_thin_panels = 4;
#elif defined(__ARM_NEON)
constexpr int k_tile_rows = 6, k_tile_panels = 1, k_thin_panels = 4;
#else
constexpr int k_tile_rows = 4, k_tile_panels = 1, k_thin_panels = 1;
#endif

/// What one k adds to a tile: elements a[m * row] by panels w + n * w_panel.
template <int MR, int NP>
CAROUSEL_INLINE void add_products(F16 (&sum)[MR][NP], const float* a, std::ptrdiff_t row,
                                  const float* w, std::ptrdiff_t w_panel) {
    F16 b[NP];
#pragma GCC unroll 8
    for (int n = 0; n < NP; ++n) b[n] = load(w + n * w_panel);
#pragma GCC unroll 16
    for (int m = 0; m < MR; ++m) {
        const F16 x = broadcast(a[m * row]);
#pragma GCC unroll 8
        for (int n = 0; n < NP; ++n) sum[m][n] = fma(x, b[n], sum[m][n]);
    }
}

/// Rows of C from `c`, panels from `first`.
template <int MR, int NP, bool k_row_major, typename Number>
void tile(const ProductOf<Number>& p, const Number* a, std::int64_t first, float* c) {
    const Number* w = p.w + first * p.w_panel;
    std::ptrdiff_t at[NP];
    panel_offsets<NP>(p, first, at);
    F16 sum[MR][NP];
#pragma GCC unroll 16
    for (int m = 0; m < MR; ++m) {
#pragma GCC unroll 8
        for (int n = 0; n < NP; ++n) {
            sum[m][n] = p.start        ? load(p.start + at[n])
                        : p.accumulate ? load(c + m * p.c_row + at[n])
                                       : broadcast(0.0F);
        }
    }
    const std::ptrdiff_t row = k_row_major ? p.a_row : 1;
    const std::ptrdiff_t depth_step = k_row_major ? 1 : p.a_depth;
    const std::ptrdiff_t w_panel = p.w_panel;
    const std::int64_t group = p.a_group > 0 ? p.a_group : p.depth;
    for (std::int64_t done = 0; done < p.depth; done += group) {
        for (std::int64_t k = group; k > 0; --k) {
            add_products(sum, a, row, w, w_panel);
            a += depth_step;
            w += k_lanes;
        }
        a += p.a_group_step - group;  // read only where another group follows
    }
#pragma GCC unroll 16
    for (int m = 0; m < MR; ++m) {
#pragma GCC unroll 8
        for (int n = 0; n < NP; ++n) store(c + m * p.c_row + at[n], sum[m][n]);
    }
}

template <int MR, int NP, typename Number>
void tile_any(const ProductOf<Number>& p, const Number* a, std::int64_t first, float* c) {
    if (p.a_depth == 1) {
        tile<MR, NP, true>(p, a, first, c);
    } else {
        tile<MR, NP, false>(p, a, first, c);
    }
}

template <typename Number>
using Tile = void (*)(const ProductOf<Number>&, const Number*, std::int64_t, float*);

template <int NP, typename Number>
CAROUSEL_INLINE Tile<Number> tile_for(std::int64_t rows) {
    switch (rows) {
        case 1:
            return tile_any<1, NP, Number>;
        case 2:
            return tile_any<2, NP, Number>;
        case 3:
            return tile_any<3, NP, Number>;
#if defined(__AVX512F__) || defined(__AVX2__) || defined(__ARM_NEON)
        case 4:
            return tile_any<4, NP, Number>;
        case 5:
            return tile_any<5, NP, Number>;
#endif
#if defined(__AVX512F__)
        case 6:
            return tile_any<6, NP, Number>;
        case 7:
            return tile_any<7, NP, Number>;
        case 8:
            return tile_any<8, NP, Number>;
        case 9:
            return tile_any<9, NP, Number>;
        case 10:
            return tile_any<10, NP, Number>;
        case 11:
            return tile_any<11, NP, Number>;
        case 12:
            return tile_any<12, NP, Number>;
        case 13:
            return tile_any<13, NP, Number>;
#endif
        default:
            return tile_any<k_tile_rows, NP, Number>;
    }
}

/// All rows by the panels [first, first + NP).
template <int NP, typename Number>
CAROUSEL_INLINE void column_of_tiles(const ProductOf<Number>& p, std::int64_t first) {
    const std::int64_t tiles = (p.rows + k_tile_rows - 1) / k_tile_rows;
    for (std::int64_t t = 0; t < tiles; ++t) {
        const std::int64_t begin = p.rows * t / tiles, end = p.rows * (t + 1) / tiles;
        tile_for<NP, Number>(end - begin)(p, p.a + begin * p.a_row, first, p.c + begin * p.c_row);
    }
}

template <typename Number>
void product(const ProductOf<Number>& p) {
    std::int64_t panel = 0;
    // With one row the only parallel chains are panels: take as many as registers hold.
    if (p.rows == 1) {
        for (; panel + k_thin_panels <= p.panels; panel += k_thin_panels) {
            tile_any<1, k_thin_panels>(p, p.a, panel, p.c);
        }
    } else if (p.rows <= 4) {
        constexpr int k_few = k_thin_panels / 2 > 0 ? k_thin_panels / 2 : 1;
        for (; panel + k_few <= p.panels; panel += k_few) column_of_tiles<k_few>(p, panel);
    } else {
        for (; panel + k_tile_panels <= p.panels; panel += k_tile_panels) {
            column_of_tiles<k_tile_panels>(p, panel);
        }
    }
    for (; panel < p.panels; ++panel) column_of_tiles<1>(p, panel);
}

}  // namespace
}  // namespace carousel
