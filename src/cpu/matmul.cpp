#include "cpu/matmul.hpp"

#include <algorithm>
#include <cstring>
#include <vector>

namespace carousel {

namespace {

// Rows of a task: enough to reuse each panel of weights, few enough that its inputs stay in the L2
// cache.
constexpr std::int64_t k_task_rows = 96;
constexpr std::int64_t k_rows_to_share =
    8;  // below this many rows a thread, columns are shared instead

// Panels that are packed together, and four bytes of inputs that stay in the L2 cache while all
// panels pass.
constexpr std::int64_t k_packed_panels = 2, k_inputs_in_cache = 98304, k_longest_depth = 512;

std::ptrdiff_t offset(const WeightGradient& g, std::int64_t panel) {
    if (g.group == 0) return panel * k_panel;
    return panel / g.group * g.group_step + panel % g.group * k_panel;
}

/// Sixteen numbers of each of some rows, which stand `row` floats apart.
struct PanelRows {
    const float* values;
    std::ptrdiff_t row;
    std::int64_t count;
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

void add_to_bias(const PanelRows& rows, float* bias) {
    const float* from = rows.values;
    for (std::int64_t k = 0; k < rows.count; ++k, from += rows.row) {
        for (std::int64_t j = 0; j < k_panel; ++j) bias[j] += from[j];
    }
}

/// Those of a target from one on.
struct Inputs {
    std::size_t target;
    std::int64_t first;
};

// What a piece of the rows, which is the depth, multiplies: packed panels of the outputs' gradients
// by inputs. One of these two.

/// Single precision: inputs are read where they are.
class FloatOperands {
public:
    static constexpr std::int64_t k_rows = 1;  // that are one number of the depth

    static std::int64_t depth(std::int64_t rows) { return rows; }
    void take_inputs(const WeightGradient&, const Range& rows) { first_ = rows.begin; }
    void take_panel(std::int64_t p, const PanelRows& rows, float* bias) {
        float* const panel = panels_ + p * rows.count * k_panel;
        for (std::int64_t k = 0; k < rows.count; ++k)
            std::memcpy(panel + k * k_panel, rows.values + k * rows.row, k_panel * sizeof(float));
        if (bias != nullptr) add_to_bias({panel, k_panel, rows.count}, bias);
    }
    void multiply(PanelProduct product, const GradientTarget& target, const Inputs& inputs) const {
        product.a = target.inputs + first_ * target.row + inputs.first;
        product.a_depth = target.row;
        product.w = panels_;
        kernels().product(product);
    }

private:
    alignas(64) float panels_[k_packed_panels * k_longest_depth * k_panel];
    std::int64_t first_ = 0;
};

/// In bf16, as pairs of rows.
class Bf16Operands {
public:
    static constexpr std::int64_t k_rows = 2;

    static std::int64_t depth(std::int64_t rows) { return (rows + 1) / 2; }
    void take_inputs(const WeightGradient& g, const Range& rows) {
        if (inputs_.size() < g.targets.size()) inputs_.resize(g.targets.size());
        for (std::size_t i = 0; i < g.targets.size(); ++i) {
            const auto& target = g.targets[i];
            const auto row = leading_dimension(target.size);
            if (const auto size = depth(rows.size()) * row; inputs_[i].size() < size)
                inputs_[i] = PairBuffer(size);
            kernels().pair_rows({.values = target.inputs + rows.begin * target.row,
                                 .row = target.row,
                                 .rows = rows.size(),
                                 .width = padded(target.size),
                                 .out = inputs_[i].data(),
                                 .out_row = row});
        }
    }
    void take_panel(std::int64_t p, const PanelRows& rows, float* bias) {
        kernels().pair_rows({.values = rows.values,
                             .row = rows.row,
                             .rows = rows.count,
                             .width = k_panel,
                             .out = panels_ + p * depth(rows.count) * k_panel,
                             .out_row = k_panel});
        if (bias != nullptr) add_to_bias(rows, bias);
    }
    void multiply(const PanelProduct& p, const GradientTarget& target, const Inputs& inputs) const {
        kernels().pair_product({.a = inputs_[inputs.target].data() + inputs.first,
                                .a_row = p.a_row,
                                .a_depth = leading_dimension(target.size),
                                .w = panels_,
                                .w_panel = p.w_panel,
                                .c = p.c,
                                .c_row = p.c_row,
                                .c_panel = p.c_panel,
                                .rows = p.rows,
                                .panels = p.panels,
                                .depth = p.depth,
                                .accumulate = p.accumulate});
    }

private:
    alignas(64) Bf16Pair panels_[k_packed_panels * k_longest_depth * k_panel];
    std::vector<PairBuffer> inputs_;
};

template <typename Operands>
void sum_gradient(ThreadPool& pool, const WeightGradient& g) {
    std::int64_t widest = k_panel;
    for (const auto& target : g.targets) widest = std::max<std::int64_t>(widest, target.row);
    const auto piece = Operands::k_rows *
                       std::clamp<std::int64_t>(k_inputs_in_cache / widest, 32, k_longest_depth);
    const std::int64_t groups = (g.panels + k_packed_panels - 1) / k_packed_panels;
    const auto slices = slices_of(groups, pool.size());

    pool.run([&](int member) {
        static thread_local Operands operands;
        const auto [first, last] = split_evenly(groups * slices, pool.size(), member);
        // Depth outermost: a piece of the inputs stays in the cache while all panels of this member
        // pass.
        for (std::int64_t r = 0; r < g.rows && first < last; r += piece) {
            const auto count = std::min(piece, g.rows - r);
            const auto depth = Operands::depth(count);
            const bool add = g.accumulate || r > 0;
            operands.take_inputs(g, {r, r + count});
            for (auto i = first; i < last; ++i) {
                const auto slice = i % slices;
                const std::int64_t panel = i / slices * k_packed_panels;
                const std::int64_t width = std::min(k_packed_panels, g.panels - panel);
                for (std::int64_t p = 0; p < width && (i == first || slice == 0); ++p) {
                    const auto at = offset(g, panel + p);
                    float* const bias = g.bias != nullptr && slice == 0 ? g.bias + at : nullptr;
                    if (bias != nullptr && !add) std::memset(bias, 0, k_panel * sizeof(float));
                    operands.take_panel(
                        p, {g.grad_outputs + r * g.grad_row + at, g.grad_row, count}, bias);
                }
                for (std::size_t t = 0; t < g.targets.size(); ++t) {
                    const auto& target = g.targets[t];
                    const auto inputs = split_evenly(target.size, static_cast<int>(slices),
                                                     static_cast<int>(slice));
                    if (inputs.size() == 0) continue;
                    operands.multiply(
                        {.a = nullptr,
                         .a_row = 1,
                         .a_depth = 0,
                         .w = nullptr,
                         .w_panel = depth * k_panel,
                         .c = target.gradient + (panel * target.size + inputs.begin) * k_panel,
                         .c_row = k_panel,
                         .c_panel = target.size * k_panel,
                         .rows = inputs.size(),
                         .panels = width,
                         .depth = depth,
                         .accumulate = add},
                        target, {t, inputs.begin});
                }
            }
        }
    });
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

void weight_gradient(ThreadPool& pool, const WeightGradient& g) {
    const bool in_bf16 = !g.targets.empty() && g.targets.front().precision == Precision::bf16;
    return in_bf16 ? sum_gradient<Bf16Operands>(pool, g) : sum_gradient<FloatOperands>(pool, g);
}

}  // namespace carousel
