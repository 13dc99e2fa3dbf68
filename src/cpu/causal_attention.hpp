#pragma once

#include <cstdint>

#include "cpu/buffer.hpp"
#include "cpu/head_vectors.hpp"
#include "cpu/thread_pool.hpp"

namespace carousel {

/// What attention keeps of a layer's window for the way back: queries over √d and keys, turned by
/// their positions, and values.
struct AttentionVectors {
    AttentionVectors(const HeadShape& shape, const WindowLimits& limits)
        : queries(shape, limits, false), keys(shape, limits, true), values(shape, limits, true) {}

    HeadVectors queries, keys, values;
};

/// Attention of many heads to the past, of a stream each:
///   output(t) = Σ p_j value(j),  p = softmax over j of query(t) · key(j),  t - C < j ≤ t
/// with a context of C symbols, of which those from before the window are remembered and get no
/// gradient. A few queries at a time; their probabilities are computed once more on the way back.
///
/// Law: a position has the same bits however the text is cut into windows, whatever the other
/// streams and on any number of threads: scores and sums are chains over ascending numbers and
/// positions, to which those that are not seen add nothing.
/// Source: Vaswani et al. 2017, section 3.2.
class CausalAttention {
public:
    /// `threads`: of the teams, at most.
    CausalAttention(const HeadShape& shape, const WindowLimits& limits, int threads, bool trains);

    /// outputs, in heads.
    void forward(ThreadPool& pool, const AttentionVectors& vectors);

    /// From the gradients of the outputs, which `outputs` holds, to those of queries, keys and
    /// values of the window.
    void backward(ThreadPool& pool, const AttentionVectors& vectors);

    HeadVectors& outputs() { return outputs_; }
    HeadVectors& grad_queries() { return grad_queries_; }
    HeadVectors& grad_keys() { return grad_keys_; }
    HeadVectors& grad_values() { return grad_values_; }

private:
    struct Head;
    struct Tile;
    struct Room;

    template <typename Work>
    void for_each_head(ThreadPool& pool, const AttentionVectors& vectors, Work work);
    template <typename Work>
    void for_each_tile(const Head& head, Work work) const;
    Room room(int member);
    void transpose(const float* panels, std::int64_t count, float* out) const;
    void multiply_with_keys(const float* rows, const float* keys, const Tile& tile,
                            float* products) const;
    void find_shares(const Head& head, const Tile& tile, const Room& room) const;
    void sum_values(const Head& head, const Tile& tile, const Room& room) const;
    void return_from_tile(const Head& head, const Tile& tile, const Room& room) const;

    const HeadShape* shape_;
    std::int64_t most_keys_;
    HeadVectors outputs_, grad_queries_, grad_keys_, grad_values_;
    std::int64_t room_size_;
    Buffer rooms_;  // of each member
};

}  // namespace carousel
