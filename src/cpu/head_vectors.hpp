#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "cpu/activations.hpp"
#include "cpu/buffer.hpp"
#include "cpu/rotary_positions.hpp"
#include "cpu/thread_pool.hpp"
#include "model/recurrent_state.hpp"

// How the vectors of attention lie in memory. Matrix products find them as panels: of a stream and
// a head with d numbers, panel p holds numbers 16 p to 16 p + 15 of all positions, one position
// after the other, (P, N, 16). A stream's keys and values of the symbols that it remembers stand
// before those of the window.
//
//     rows (T, B, H)  ⇄  panels (B, A, P, N, 16)  ⇄  slots of the state (L, B, M, 2 H)

namespace carousel {

/// The sizes of a net's attention, and what its streams have read.
class HeadShape {
public:
    /// For at most `streams` streams.
    HeadShape(const LanguageModelConfig& config, std::int64_t streams);

    /// Begins a window: what follows is known of its streams by `state`.
    void begin(std::int64_t steps, std::int64_t streams, const RecurrentState& state);
    /// Tells the state how many symbols were read after the window.
    void end(RecurrentState& state) const;

    std::int64_t heads() const { return heads_; }
    std::int64_t size() const { return size_; }            ///< d
    std::int64_t panels() const { return panels_; }        ///< P
    std::int64_t units() const { return heads_ * size_; }  ///< H
    std::ptrdiff_t row() const { return row_; }            ///< of H numbers
    std::int64_t reach() const { return context_ - 1; }    ///< symbols before itself, at most
    std::int64_t slots() const { return slots_; }          ///< M
    std::int64_t steps() const { return steps_; }          ///< T
    std::int64_t streams() const { return streams_; }      ///< B
    std::int64_t positions() const { return steps_ * streams_; }

    /// Symbols that a stream has read before the window, modulo what is remembered of that, and
    /// how many of them the window's first one sees.
    std::int64_t read(std::int64_t b) const { return read_[static_cast<std::size_t>(b)]; }
    std::int64_t remembered(std::int64_t b) const { return std::min(read(b), reach()); }

    /// Floats of one head of one position.
    std::int64_t head_floats() const { return panels_ * k_panel; }
    /// Floats of the most positions that windows within these limits have; with what is remembered.
    std::int64_t most_floats(const WindowLimits& limits, bool with_memory) const;

private:
    std::int64_t heads_, size_, panels_, context_, slots_;
    std::ptrdiff_t row_;
    std::int64_t steps_ = 0, streams_ = 0;
    std::vector<std::int64_t> read_;
};

/// Vectors of all heads at the positions of a window, and before them, if it `remembers`, at those
/// that its streams remember.
class HeadVectors {
public:
    HeadVectors(const HeadShape& shape, const WindowLimits& limits, bool remembers)
        : shape_(&shape), remembers_(remembers), values_(shape.most_floats(limits, remembers)) {}

    /// Positions before the window's, and all.
    std::int64_t before(std::int64_t b) const { return remembers_ ? shape_->remembered(b) : 0; }
    std::int64_t count(std::int64_t b) const { return before(b) + shape_->steps(); }

    /// Panels (P, N, 16) of one head.
    float* head(std::int64_t b, std::int64_t head);
    const float* head(std::int64_t b, std::int64_t head) const {
        return const_cast<HeadVectors&>(*this).head(b, head);
    }

    /// One head at one position of the window, from and to d numbers side by side.
    void put(std::int64_t t, std::int64_t b, std::int64_t head, const float* from) {
        put_at(before(b) + t, b, head, from);
    }
    void get(std::int64_t t, std::int64_t b, std::int64_t head, float* to) const {
        get_at(before(b) + t, b, head, to);
    }

    /// What stream b of a layer remembers: first (0) or second (1) half of its slots; to the
    /// positions before the window, and from those of the window.
    void load(std::int64_t b, const float* slots, std::int64_t half);
    void store(std::int64_t b, float* slots, std::int64_t half) const;

private:
    void put_at(std::int64_t position, std::int64_t b, std::int64_t head, const float* from);
    void get_at(std::int64_t position, std::int64_t b, std::int64_t head, float* to) const;

    const HeadShape* shape_;
    bool remembers_;
    Buffer values_;
};

}  // namespace carousel
