#pragma once

#include <cstdint>

#include "model/learner.hpp"

namespace carousel {

// How process 0, whose trainer leads, has the others do their share (model/communicator.hpp): it
// sends an instruction, and then all do the same thing together. What belongs to an instruction
// follows it.

enum class Order : std::uint8_t {
    measure,         ///< the link between processes
    read_corpus,     ///< a request for the share of the corpus follows (data/corpus_share.hpp)
    begin,           ///< a training: its model, its settings, its weights
    step,            ///< one update: the streams of the window
    put_tensors,     ///< weights, moments or averages
    gather_moments,  ///< of which processes may keep those of their own matrices
    gather_memory,   ///< what the streams remember, to process 0
    scatter_memory,  ///< back from there
    forget,          ///< all but the weights as before the first update
    make_model,      ///< to be read: its configuration, its weights
    read,            ///< surprisals of the model that was made last: text and states
    end,             ///< the training is over
};

struct Instruction {
    Order order = Order::end;
    Kept kept = Kept::weights;  ///< of put_tensors
    bool new_epoch = false;     ///< of step, as the next two
    std::uint64_t step = 0;     ///< updates made before
    double learning_rate = 0;
    std::int64_t steps = 0, streams = 0;  ///< of read
    int reader = -1;                      ///< of read_corpus: who is asked; −1: all but process 0
};

}  // namespace carousel
