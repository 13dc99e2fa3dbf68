#pragma once

// The matrix product. One tile is MR rows of A by NP panels of W, held in registers over the whole
// depth:
//
//              k ->                 p0 (16 wide)  p1
//   A row 0   [a a a a ...]    k | [w............][w............]
//   A row 1   [a a a a ...]    v | [w............][w............]
//     ...                           ...
// Each k loads NP rows of panels and broadcasts MR elements of A: MR * NP fused multiply-adds for
// MR + NP loads. Rows are cut evenly (32 rows are 11 + 11 + 10, not 14 + 14 + 4), since a thin tile
// cannot hide the latency of the multiply-adds.

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

/// Rows of C from `c`, panels from `first`.
template <int MR, int NP, bool k_row_major>
void tile(const PanelProduct& p, const float* a, std::int64_t first, float* c) {
    const float* w = p.w + first * p.w_panel;
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
            F16 b[NP];
#pragma GCC unroll 8
            for (int n = 0; n < NP; ++n) b[n] = load(w + n * w_panel);
#pragma GCC unroll 16
            for (int m = 0; m < MR; ++m) {
                const F16 x = broadcast(a[m * row]);
#pragma GCC unroll 8
                for (int n = 0; n < NP; ++n) sum[m][n] = fma(x, b[n], sum[m][n]);
            }
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

template <int MR, int NP>
void tile_any(const PanelProduct& p, const float* a, std::int64_t first, float* c) {
    if (p.a_depth == 1) {
        tile<MR, NP, true>(p, a, first, c);
    } else {
        tile<MR, NP, false>(p, a, first, c);
    }
}

using Tile = void (*)(const PanelProduct&, const float*, std::int64_t, float*);

template <int NP>
CAROUSEL_INLINE Tile tile_for(std::int64_t rows) {
    switch (rows) {
        case 1:
            return tile_any<1, NP>;
        case 2:
            return tile_any<2, NP>;
        case 3:
            return tile_any<3, NP>;
#if defined(__AVX512F__) || defined(__AVX2__) || defined(__ARM_NEON)
        case 4:
            return tile_any<4, NP>;
        case 5:
            return tile_any<5, NP>;
#endif
#if defined(__AVX512F__)
        case 6:
            return tile_any<6, NP>;
        case 7:
            return tile_any<7, NP>;
        case 8:
            return tile_any<8, NP>;
        case 9:
            return tile_any<9, NP>;
        case 10:
            return tile_any<10, NP>;
        case 11:
            return tile_any<11, NP>;
        case 12:
            return tile_any<12, NP>;
        case 13:
            return tile_any<13, NP>;
#endif
        default:
            return tile_any<k_tile_rows, NP>;
    }
}

/// All rows by the panels [first, first + NP).
template <int NP>
CAROUSEL_INLINE void column_of_tiles(const PanelProduct& p, std::int64_t first) {
    const std::int64_t tiles = (p.rows + k_tile_rows - 1) / k_tile_rows;
    for (std::int64_t t = 0; t < tiles; ++t) {
        const std::int64_t begin = p.rows * t / tiles, end = p.rows * (t + 1) / tiles;
        tile_for<NP>(end - begin)(p, p.a + begin * p.a_row, first, p.c + begin * p.c_row);
    }
}

void product(const PanelProduct& p) {
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
