#pragma once

#include "lab/experiment.hpp"
#include "lab/random_stream.hpp"
#include "lab/sequence.hpp"

namespace carousel {

/// Draws a sequence of the task as the paper's generators do; of the Reber grammar any string, from
/// which training and test sets are made (`online_trial`).
/// Source: Hochreiter & Schmidhuber 1997, sections 5.1 to 5.6.
void draw_sequence(const Experiment& experiment, RandomStream& random, Sequence& sequence);

}  // namespace carousel
