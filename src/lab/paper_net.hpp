#pragma once

#include "lab/experiment.hpp"
#include "lab/memory_net.hpp"

namespace carousel {

/// The net of 1997 for a task: its topology, and its first weights.
/// Source: Hochreiter & Schmidhuber 1997, sections 5.1 to 5.6 and table 10.
MemoryNetShape memory_net_shape(const Experiment& experiment);
MemoryNetStart memory_net_start(const Experiment& experiment);

}  // namespace carousel
