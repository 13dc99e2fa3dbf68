#include "cpu/matmul.hpp"

#include <algorithm>
#include <cstring>

namespace carousel {

namespace {

// Rows of a task: enough to reuse each panel of weights, few enough that its inputs stay in the L2
// cache.
constexpr std::int64_t k_task_rows = 96;
constexpr std::int64_t k_rows_to_share =
    8;  // below this many rows a thread, columns are shared instead

// Panels that are packed together, and floats of inputs that stay in the L2 cache while all panels
// pass.
constexpr std::int64_t k_packed_panels = 2, k_inputs_in_cache = 98304, k_longest_depth = 512;

std::ptrdiff_t offset(const WeightGradient& g, std::int64_t panel) {
    if (g.group == 0) return panel * k_panel;
    return panel / g.group * g.group_step + panel % g.group * k_panel;
}

struct Packed {
    alignas(64) float values[k_packed_panels * k_longest_depth * k_panel];
};

}  // namespace

void share_product(ThreadPool& pool, std::int64_t rows, std::int64_t columns,
                   Task<const ProductPart&> work) {
    if (pool.size() == 1 && rows <= k_task_rows) return work({{0, rows}, {0, columns}});
    if (rows >= k_rows_to_share * pool.size()) {
        const std::int64_t tasks =
            std::max<std::int64_t>((rows + k_task_rows - 1) / k_task_rows, pool.size());
        pool.for_each(tasks, [&](std::int64_t task) {
            work({split_evenly(rows, static_cast<int>(tasks), static_cast<int>(task)),
                  {0, columns}});
        });
        return;
    }
    pool.run([&](int member) {
        const auto some = split_evenly(columns, pool.size(), member);
        if (some.size() > 0) work({{0, rows}, some});
    });
}

void multiply(ThreadPool& pool, const PanelProduct& product) {
    // Groups of panels stay whole.
    const auto group = std::max<std::int64_t>(product.c_group, 1);
    const auto step = product.c_group > 0 ? product.c_group_step : product.c_panel;
    share_product(pool, product.rows, product.panels / group, [&](const ProductPart& share) {
        const auto& [rows, groups] = share;
        PanelProduct part = product;
        part.rows = rows.size();
        part.panels = groups.size() * group;
        part.a += rows.begin * product.a_row;
        part.w += groups.begin * group * product.w_panel;
        part.c += rows.begin * product.c_row + groups.begin * step;
        if (part.start != nullptr) part.start += groups.begin * step;
        kernels().product(part);
    });
}

void weight_gradient(ThreadPool& pool, const WeightGradient& g) {
    const auto& kernel = kernels();
    std::int64_t widest = k_panel;
    for (const auto& target : g.targets) widest = std::max<std::int64_t>(widest, target.row);
    const std::int64_t depth =
        std::clamp<std::int64_t>(k_inputs_in_cache / widest, 32, k_longest_depth);
    const std::int64_t groups = (g.panels + k_packed_panels - 1) / k_packed_panels;

    pool.run([&](int member) {
        static thread_local Packed packed;
        const auto [first, last] = split_evenly(groups, pool.size(), member);
        // Depth outermost: a piece of the inputs stays in the cache while all panels of this member
        // pass.
        for (std::int64_t r = 0; r < g.rows; r += depth) {
            const std::int64_t count = std::min(depth, g.rows - r);
            const bool add = g.accumulate || r > 0;
            for (std::int64_t group = first; group < last; ++group) {
                const std::int64_t panel = group * k_packed_panels;
                const std::int64_t width = std::min(k_packed_panels, g.panels - panel);
                for (std::int64_t p = 0; p < width; ++p) {
                    const float* from = g.grad_outputs + r * g.grad_row + offset(g, panel + p);
                    float* to = packed.values + p * count * k_panel;
                    float* bias = g.bias != nullptr ? g.bias + offset(g, panel + p) : nullptr;
                    if (bias != nullptr && !add) std::memset(bias, 0, k_panel * sizeof(float));
                    for (std::int64_t k = 0; k < count; ++k, from += g.grad_row, to += k_panel) {
                        std::memcpy(to, from, k_panel * sizeof(float));
                        if (bias != nullptr) {
                            for (std::int64_t j = 0; j < k_panel; ++j) bias[j] += from[j];
                        }
                    }
                }
                for (const auto& target : g.targets) {
                    kernel.product({.a = target.inputs + r * target.row,
                                    .a_row = 1,
                                    .a_depth = target.row,
                                    .w = packed.values,
                                    .w_panel = count * k_panel,
                                    .c = target.gradient + panel * target.size * k_panel,
                                    .c_row = k_panel,
                                    .c_panel = target.size * k_panel,
                                    .rows = target.size,
                                    .panels = width,
                                    .depth = count,
                                    .accumulate = add});
                }
            }
        }
    });
}

}  // namespace carousel
