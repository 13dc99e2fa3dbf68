#pragma once

#include <cstdint>

#include "model/communicator.hpp"
#include "model/recurrent_state.hpp"

namespace carousel {

// What streams remember, between process 0 and those that have shares of the streams: `parts` equal
// parts of them, of which each process has some. `all` is used by process 0 only.

void scatter_state(Communicator& communicator, std::int64_t parts, const RecurrentState& all,
                   RecurrentState& own);
void gather_state(Communicator& communicator, std::int64_t parts, const RecurrentState& own,
                  RecurrentState& all);

}  // namespace carousel
