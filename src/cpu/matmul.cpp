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

void multiply(ThreadPool& pool, const PanelProduct& product) {
    const auto& kernel = kernels();
    if (pool.size() == 1 && product.rows <= k_task_rows) return kernel.product(product);
    if (product.rows >= k_rows_to_share * pool.size()) {
        const std::int64_t tasks =
            std::max<std::int64_t>((product.rows + k_task_rows - 1) / k_task_rows, pool.size());
        pool.for_each(tasks, [&](std::int64_t task) {
            const auto [begin, end] =
                split_evenly(product.rows, static_cast<int>(tasks), static_cast<int>(task));
            PanelProduct part = product;
            part.rows = end - begin;
            part.a += begin * product.a_row;
            part.c += begin * product.c_row;
            kernel.product(part);
        });
        return;
    }
    // Groups of panels stay whole.
    const auto group = std::max<std::int64_t>(product.c_group, 1);
    const auto step = product.c_group > 0 ? product.c_group_step : product.c_panel;
    pool.run([&](int member) {
        const auto [begin, end] = split_evenly(product.panels / group, pool.size(), member);
        if (begin == end) return;
        PanelProduct part = product;
        part.panels = (end - begin) * group;
        part.w += begin * group * product.w_panel;
        part.c += begin * step;
        if (part.start != nullptr) part.start += begin * step;
        kernel.product(part);
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
