#pragma once

namespace carousel {

/// Whether something like mpirun started this process among others, as the environment tells.
bool started_among_others();

/// Whether it is not the first of them.
bool started_after_first();

}  // namespace carousel
