#pragma once

#include "cpu/layer_window.hpp"
#include "cpu/thread_pool.hpp"

namespace carousel {

/// How a team shares the steps of a layer: by streams, of which each member takes some through the
/// whole window alone, or by units, of which each takes some of all streams, and the team meets.
struct TeamShare {
    bool by_streams;
    int meetings;  ///< in a step, on the way forward and as often on the way back
};
TeamShare team_share(const CellShape& cell, std::int64_t batch_size, int threads);

/// Runs the recurrent part of a layer over a window: for each t the gates, which hold the input's
/// share (or start from gathered rows), receive U h(t-1), then the cell's arithmetic fills its
/// states and h(t); with mixed gates, v is made and V v added in between. Where sums are
/// normalized, W x waits in `layer.normalized.input`, and normalized gates have γ N(v) + b in place
/// of V v. With rounds, a step begins with these and the input's share.
///
/// Law: running a window in two halves, passing the state on, equals running it whole, bit for bit.
/// Source: Hochreiter & Schmidhuber 1997; forget gate, Gers, Schmidhuber & Cummins 2000;
/// docs/model.md.
void forward_steps(ThreadPool& pool, const RecurrentWeights& weights, const LayerWindow& layer);

/// The same backward in time. `gradients.hidden` receives, for t < T - 1, the share that comes back
/// through the step after; `gates` receives the gradients of the pre-activations, `normalized`
/// those of the sums.
void backward_steps(ThreadPool& pool, const RecurrentWeights& transposed, const LayerWindow& layer,
                    const RecurrentGradients& gradients);

}  // namespace carousel
