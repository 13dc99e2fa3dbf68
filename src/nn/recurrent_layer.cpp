#include "nn/recurrent_layer.hpp"

#include <algorithm>
#include <cstring>

namespace carousel {

namespace {

constexpr std::int64_t k_block_step = 2;  // blocks of units whose gates stay in the L1 cache
constexpr std::int64_t k_rows_to_share =
    8;  // streams a member needs before streams are what is shared

// What one member of the team computes. With enough streams each member takes some streams and runs
// the whole window alone; with few, each takes some units of all streams and the team meets once a
// step.
struct Share {
    Range streams, blocks;
    bool meet;
};

Share share_of(const ThreadPool& pool, const LayerWindow& layer, int member) {
    const auto blocks = panels_for(layer.hidden_size);
    if (pool.size() == 1 || layer.batch_size >= k_rows_to_share * pool.size()) {
        return {split_evenly(layer.batch_size, pool.size(), member), {0, blocks}, false};
    }
    return {{0, layer.batch_size}, split_evenly(blocks, pool.size(), member), true};
}

// Copies the start of the gates of the share's streams and units from the gathered rows.
void gather(const LayerWindow& layer, std::int64_t t, const Share& share) {
    const auto block = cell_shape(layer.cell).gates * k_panel;
    const auto first = share.blocks.begin * block;
    const auto bytes = static_cast<std::size_t>(share.blocks.size() * block) * sizeof(float);
    for (auto b = share.streams.begin; b < share.streams.end; ++b) {
        const auto from = layer.start.index[t * layer.batch_size + b] * layer.start.row;
        std::memcpy(layer.gates_at(t, b) + first, layer.start.rows + from + first, bytes);
    }
}

}  // namespace

void forward_steps(ThreadPool& pool, const float* recurrent_weight, const LayerWindow& layer) {
    const auto& kernel = kernels();
    const auto& cell = kernel.cell(layer.cell);
    const auto gate_count = cell_shape(layer.cell).gates;
    const auto weight_panel = layer.hidden_size * k_panel;
    pool.run([&](int member) {
        const auto share = share_of(pool, layer, member);
        for (std::int64_t t = 0; t < layer.window; ++t) {
            if (layer.start.rows != nullptr) gather(layer, t, share);
            const auto before = layer.state_offset(t, share.streams.begin);
            const auto after = layer.state_offset(t + 1, share.streams.begin);
            for (auto u = share.blocks.begin; u < share.blocks.end; u += k_block_step) {
                const auto blocks = std::min(k_block_step, share.blocks.end - u);
                float* gates = layer.gates_at(t, share.streams.begin) + u * gate_count * k_panel;
                kernel.product({.a = layer.hidden + before,
                                .a_row = layer.state_row,
                                .a_depth = 1,
                                .w = recurrent_weight + u * gate_count * weight_panel,
                                .w_panel = weight_panel,
                                .c = gates,
                                .c_row = layer.gates_row,
                                .c_panel = k_panel,
                                .rows = share.streams.size(),
                                .panels = blocks * gate_count,
                                .depth = layer.hidden_size,
                                .accumulate = true});
                cell.forward({.gates = gates,
                              .gates_row = layer.gates_row,
                              .cell_before = layer.cell_states + before + u * k_panel,
                              .cell = layer.cell_states + after + u * k_panel,
                              .cell_row = layer.state_row,
                              .hidden = layer.hidden + after + u * k_panel,
                              .hidden_row = layer.state_row,
                              .rows = share.streams.size(),
                              .blocks = blocks});
            }
            if (share.meet) pool.barrier();
        }
    });
}

void backward_steps(ThreadPool& pool, const float* recurrent_transposed, const LayerWindow& layer,
                    float* grad_hidden, float* grad_cell) {
    const auto& kernel = kernels();
    const auto& cell = kernel.cell(layer.cell);
    const auto gate_count = cell_shape(layer.cell).gates;
    const auto depth = panels_for(layer.hidden_size) * gate_count * k_panel;
    pool.run([&](int member) {
        const auto share = share_of(pool, layer, member);
        const auto unit = share.blocks.begin * k_panel;
        for (std::int64_t t = layer.window - 1; t >= 0; --t) {
            const auto before = layer.state_offset(t, share.streams.begin);
            const auto after = layer.state_offset(t + 1, share.streams.begin);
            // Slots of `grad_hidden` are steps, not states: the gradient of step t lies where
            // h(t-1) would.
            cell.backward({.gates = layer.gates_at(t, share.streams.begin) + unit * gate_count,
                           .gates_row = layer.gates_row,
                           .cell_before = layer.cell_states + before + unit,
                           .cell = layer.cell_states + after + unit,
                           .cell_row = layer.state_row,
                           .grad_hidden = grad_hidden + before + unit,
                           .grad_hidden_row = layer.state_row,
                           .grad_cell = grad_cell + share.streams.begin * layer.state_row + unit,
                           .grad_cell_row = layer.state_row,
                           .rows = share.streams.size(),
                           .blocks = share.blocks.size()});
            if (t == 0) break;
            if (share.meet) pool.barrier();
            kernel.product(
                {.a = layer.gates_at(t, share.streams.begin),
                 .a_row = layer.gates_row,
                 .a_depth = 1,
                 .w = recurrent_transposed + unit * depth,
                 .w_panel = depth * k_panel,
                 .c = grad_hidden + layer.state_offset(t - 1, share.streams.begin) + unit,
                 .c_row = layer.state_row,
                 .c_panel = k_panel,
                 .rows = share.streams.size(),
                 .panels = share.blocks.size(),
                 .depth = depth,
                 .accumulate = true});
        }
    });
}

}  // namespace carousel
