#pragma once

#include "kernels/vector.hpp"

namespace carousel {
namespace {

/// Where the panels from `first` on begin in a row of C, of which `p` says how its panels lie: one
/// division for all of them.
template <int NP, typename Product>
CAROUSEL_INLINE void panel_offsets(const Product& p, std::int64_t first, std::ptrdiff_t (&at)[NP]) {
    if (p.c_group == 0) {
        for (int n = 0; n < NP; ++n) at[n] = (first + n) * p.c_panel;
        return;
    }
    std::int64_t group = first / p.c_group, place = first - group * p.c_group;
    for (int n = 0; n < NP; ++n) {
        at[n] = group * p.c_group_step + place * p.c_panel;
        if (++place < p.c_group) continue;
        place = 0;
        ++group;
    }
}

}  // namespace
}  // namespace carousel
