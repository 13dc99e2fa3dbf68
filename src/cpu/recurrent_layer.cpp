#include "cpu/recurrent_layer.hpp"

#include <algorithm>
#include <cstring>

#include "cpu/mogrifier.hpp"

namespace carousel {

namespace {

constexpr std::int64_t k_block_step = 2;  // blocks of units whose gates stay in the L1 cache
constexpr std::int64_t k_rows_to_share =
    8;  // streams a member needs before streams are what is shared

// What one member of the team computes.
struct Share {
    Range streams, blocks;
    bool meet;
};

Share share_of(const ThreadPool& pool, const LayerWindow& layer, int member) {
    const auto team = team_share(layer.shape(), layer.batch_size, pool.size());
    if (team.by_streams)
        return {split_evenly(layer.batch_size, pool.size(), member), {0, layer.blocks()}, false};
    return {{0, layer.batch_size},
            split_evenly(layer.blocks(), pool.size(), member),
            team.meetings > 0};
}

// One member's way through a window.
class Member {
public:
    Member(ThreadPool& pool, const LayerWindow& layer, int member)
        : pool_(pool),
          layer_(layer),
          share_(share_of(pool, layer, member)),
          cell_(kernels().cell(layer.cell)) {}

    void forward(const RecurrentWeights& weights) {
        const auto& shape = cell_.shape;
        for (std::int64_t t = 0; t < layer_.window; ++t) {
            if (layer_.start.rows != nullptr) {
                gather(t);
            } else {
                normalize(t, NormalizedSum::input, weights);
            }
            const float* past = hidden_at(t);
            if (layer_.mogrifier != nullptr) {
                layer_.mogrifier->forward(layer_, t, share_.streams);
                past = layer_.mogrifier->recurrent(layer_, t, share_.streams.begin);
            }
            for_blocks([&](Range blocks) {
                add_product(t, blocks, shape.recurrent, past, weights.recurrent);
                normalize(t, NormalizedSum::recurrent, weights);
                if (cell_.mix_forward == nullptr) {
                    cell_.forward(forward_step(t, blocks, weights));
                } else {
                    auto step = forward_step(t, blocks, weights);
                    step.hidden = mixed_at(t) + blocks.begin * k_panel;
                    cell_.mix_forward(step);
                }
            });
            meet();
            if (cell_.mix_forward == nullptr) continue;
            for_blocks([&](Range blocks) {
                add_product(t, blocks, shape.mixed, mixed_at(t), weights.mixed);
                normalize(t, NormalizedSum::mixed, weights);
                cell_.forward(forward_step(t, blocks, weights));
            });
            meet();
        }
    }

    void backward(const RecurrentWeights& transposed, const RecurrentGradients& gradients) {
        const auto& shape = cell_.shape;
        for (std::int64_t t = layer_.window - 1; t >= 0; --t) {
            auto step =
                backward_step(layer_, t, share_.streams, share_.blocks, transposed, gradients);
            cell_.backward(step);
            if (cell_.mix_backward != nullptr) {
                meet();
                step.grad_hidden =
                    return_to_mixed(t, transposed, gradients) + share_.blocks.begin * k_panel;
                if (gradients.truncated) step.grad_hidden_before = nullptr;
                cell_.mix_backward(step);
            }
            normalize_backward(t, NormalizedSum::recurrent, transposed, gradients);
            if (layer_.normalized.input.values != nullptr)
                normalize_backward(t, NormalizedSum::input, transposed, gradients);
            if (layer_.mogrifier != nullptr) {
                layer_.mogrifier->backward(layer_, t, share_.streams, transposed.recurrent,
                                           gradients);
                continue;
            }
            if (t == 0) break;
            meet();
            if (gradients.truncated) continue;
            return_product(t, shape.recurrent, transposed.recurrent,
                           gradients.hidden + layer_.hidden_offset(t - 1, share_.streams.begin),
                           true);
        }
    }

private:
    void meet() {
        if (share_.meet) pool_.barrier();
    }

    template <typename Work>
    void for_blocks(Work work) {
        const auto step = is_normalized(cell_.shape) ? layer_.blocks() : k_block_step;
        for (auto u = share_.blocks.begin; u < share_.blocks.end; u += step)
            work(Range{u, std::min(u + step, share_.blocks.end)});
    }

    GateRows gate_rows(std::int64_t t) const { return layer_.gate_rows(t, share_.streams.begin); }

    NormalizedRows sums_at(std::int64_t t, NormalizedSum which) const {
        const auto& of = which == NormalizedSum::input       ? layer_.normalized.input
                         : which == NormalizedSum::recurrent ? layer_.normalized.recurrent
                                                             : layer_.normalized.mixed;
        return of.from(t * layer_.batch_size + share_.streams.begin);
    }

    // From the sums of a step to its gates, and back, in cells that normalize; all units.
    void normalize(std::int64_t t, NormalizedSum which, const RecurrentWeights& weights) {
        if (!is_normalized(cell_.shape)) return;
        LayerNormalization(cell_.shape, layer_.hidden_size, weights.gain, weights.bias)
            .forward(which, sums_at(t, which), gate_rows(t), share_.streams.size());
    }
    void normalize_backward(std::int64_t t, NormalizedSum which, const RecurrentWeights& weights,
                            const RecurrentGradients& gradients) {
        if (!is_normalized(cell_.shape)) return;
        LayerNormalization(cell_.shape, layer_.hidden_size, weights.gain, weights.bias)
            .backward(which, sums_at(t, which), gate_rows(t), share_.streams.size(),
                      gradients.gain.from(share_.streams.begin));
    }

    // The gradient of v, from the gates that waited for it.
    const float* return_to_mixed(std::int64_t t, const RecurrentWeights& transposed,
                                 const RecurrentGradients& gradients) {
        if (is_normalized(cell_.shape)) {
            normalize_backward(t, NormalizedSum::mixed, transposed, gradients);
            return mixed_at(t);
        }
        float* grad_mixed = gradients.mixed + layer_.hidden_offset(0, share_.streams.begin);
        return_product(t, cell_.shape.mixed, transposed.mixed, grad_mixed, false);
        return grad_mixed;
    }

    // Where U h(t-1) or V v is added to the gates, or stands until it is normalized.
    GateColumns columns_at(std::int64_t t, const GateRange& range) const {
        return product_columns(cell_.shape, range, gate_rows(t),
                               sums_at(t, NormalizedSum::recurrent));
    }

    // Copies the start of the gates of the share's streams and units from the gathered rows.
    void gather(std::int64_t t) {
        const auto block = cell_.shape.gates * k_panel;
        const auto first = share_.blocks.begin * block;
        const auto bytes = static_cast<std::size_t>(share_.blocks.size() * block) * sizeof(float);
        for (auto b = share_.streams.begin; b < share_.streams.end; ++b) {
            std::memcpy(layer_.gates_at(t, b) + first,
                        layer_.start.at(t * layer_.batch_size + b) + first, bytes);
        }
    }

    // gates of `range` += weight vectors, for some blocks of units; sums to be normalized are the
    // product alone. Panels of the weight stand unit block by unit block.
    void add_product(std::int64_t t, Range blocks, const GateRange& range, const float* vectors,
                     const float* weight) {
        if (range.count == 0) return;
        const auto to = columns_at(t, range);
        const auto panel = layer_.hidden_size * k_panel;
        kernels().product({.a = vectors,
                           .a_row = layer_.hidden_row,
                           .a_depth = 1,
                           .w = weight + blocks.begin * range.count * panel,
                           .w_panel = panel,
                           .c = to.first() + blocks.begin * to.block(),
                           .c_row = to.rows.row,
                           .c_panel = k_panel,
                           .rows = share_.streams.size(),
                           .panels = blocks.size() * range.count,
                           .depth = layer_.hidden_size,
                           .accumulate = !is_normalized(cell_.shape),
                           .c_group = to.group(),
                           .c_group_step = to.block()});
    }

    // out (+)= transposed weight times the gradients of the gates of `range`, for the share's
    // units.
    void return_product(std::int64_t t, const GateRange& range, const float* transposed, float* out,
                        bool accumulate) {
        if (range.count == 0) return;
        const auto from = columns_at(t, range);
        const auto depth = layer_.blocks() * range.count * k_panel;
        const auto unit = share_.blocks.begin * k_panel;
        kernels().product({.a = from.first(),
                           .a_row = from.rows.row,
                           .a_depth = 1,
                           .w = transposed + unit * depth,
                           .w_panel = depth * k_panel,
                           .c = out + unit,
                           .c_row = layer_.hidden_row,
                           .c_panel = k_panel,
                           .rows = share_.streams.size(),
                           .panels = share_.blocks.size(),
                           .depth = depth,
                           .accumulate = accumulate,
                           .a_group = from.group() * k_panel,
                           .a_group_step = from.block()});
    }

    float* hidden_at(std::int64_t slot) const {
        return layer_.hidden + layer_.hidden_offset(slot, share_.streams.begin);
    }
    float* mixed_at(std::int64_t t) const {
        return layer_.mixed + layer_.hidden_offset(t, share_.streams.begin);
    }

    CellForward forward_step(std::int64_t t, Range blocks, const RecurrentWeights& weights) const {
        return carousel::forward_step(layer_, t, share_.streams, blocks, weights);
    }

    ThreadPool& pool_;
    const LayerWindow& layer_;
    Share share_;
    const CellKernels& cell_;
};

}  // namespace

TeamShare team_share(const CellShape& cell, std::int64_t batch_size, int threads) {
    // Rounds are thin products that wait for each other, and a mean over all units waits for all of
    // them: members would meet after every one.
    const bool alone = cell.rounds > 0 || is_normalized(cell) || threads == 1;
    if (alone || batch_size >= k_rows_to_share * threads) return {true, 0};
    if (!units_meet(cell)) return {false, 0};
    return {false, cell.mixed.count > 0 ? 2 : 1};
}

void forward_steps(ThreadPool& pool, const RecurrentWeights& weights, const LayerWindow& layer) {
    pool.run([&](int member) { Member(pool, layer, member).forward(weights); });
}

void backward_steps(ThreadPool& pool, const RecurrentWeights& transposed, const LayerWindow& layer,
                    const RecurrentGradients& gradients) {
    pool.run([&](int member) { Member(pool, layer, member).backward(transposed, gradients); });
}

}  // namespace carousel
