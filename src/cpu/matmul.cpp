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

// How many parts the inputs of a weight gradient are cut into, so that nearly all of a team have
// work all the time, although each packs what it needs of the panels.
std::int64_t slices_of(std::int64_t groups, std::int64_t members) {
    constexpr std::int64_t k_most = 16;
    std::int64_t slices = 1;
    const auto idle = [&] {  // percent of all
        const auto parts = groups * slices, most = (parts + members - 1) / members * members;
        return 100 * (most - parts) / most;
    };
    while (slices < k_most && idle() > 8) ++slices;
    return slices < k_most ? slices : 1;
}

// Some rows of the outputs' gradients, panel by panel.
void pack(const WeightGradient& g, const Range& rows, const Range& panels, Packed& packed) {
    float* to = packed.values;
    for (auto panel = panels.begin; panel < panels.end; ++panel) {
        const float* from = g.grad_outputs + rows.begin * g.grad_row + offset(g, panel);
        for (auto r = rows.begin; r < rows.end; ++r, from += g.grad_row, to += k_panel)
            std::memcpy(to, from, k_panel * sizeof(float));
    }
}

// Their sums, row after row.
void add_bias(const WeightGradient& g, std::int64_t rows, const Range& panels, bool add,
              const Packed& packed) {
    const float* from = packed.values;
    for (auto panel = panels.begin; panel < panels.end; ++panel) {
        float* const bias = g.bias + offset(g, panel);
        if (!add) std::memset(bias, 0, k_panel * sizeof(float));
        for (std::int64_t r = 0; r < rows; ++r, from += k_panel)
            for (std::int64_t j = 0; j < k_panel; ++j) bias[j] += from[j];
    }
}

}  // namespace

void share_product(ThreadPool& pool, std::int64_t rows, std::int64_t columns,
                   Task<const ProductPart&> work) {
    if (pool.size() == 1 && rows <= k_task_rows) return work({{0, rows}, {0, columns}});
    if (rows >= k_rows_to_share * pool.size()) {
        // As many for each member: where there are many, one task left over would have all wait.
        const std::int64_t round = k_task_rows * pool.size(),
                           tasks = (rows + round - 1) / round * pool.size();
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
    const auto slices = slices_of(groups, pool.size());

    pool.run([&](int member) {
        static thread_local Packed packed;
        const auto [first, last] = split_evenly(groups * slices, pool.size(), member);
        // Depth outermost: a piece of the inputs stays in the cache while all panels of this member
        // pass.
        for (std::int64_t r = 0; r < g.rows; r += depth) {
            const std::int64_t count = std::min(depth, g.rows - r);
            const bool add = g.accumulate || r > 0;
            for (auto i = first; i < last; ++i) {
                const auto slice = i % slices;
                const std::int64_t panel = i / slices * k_packed_panels;
                const std::int64_t width = std::min(k_packed_panels, g.panels - panel);
                if (i == first || slice == 0)
                    pack(g, {r, r + count}, {panel, panel + width}, packed);
                if (g.bias != nullptr && slice == 0)
                    add_bias(g, count, {panel, panel + width}, add, packed);
                for (const auto& target : g.targets) {
                    const auto inputs = split_evenly(target.size, static_cast<int>(slices),
                                                     static_cast<int>(slice));
                    if (inputs.size() == 0) continue;
                    kernel.product(
                        {.a = target.inputs + r * target.row + inputs.begin,
                         .a_row = 1,
                         .a_depth = target.row,
                         .w = packed.values,
                         .w_panel = count * k_panel,
                         .c = target.gradient + (panel * target.size + inputs.begin) * k_panel,
                         .c_row = k_panel,
                         .c_panel = target.size * k_panel,
                         .rows = inputs.size(),
                         .panels = width,
                         .depth = count,
                         .accumulate = add});
                }
            }
        }
    });
}

}  // namespace carousel
