#pragma once

namespace carousel {

/// Whether something like mpirun started this process among others, as the environment tells.
bool started_among_others();

}  // namespace carousel
