#pragma once

// The one place above the machines that knows which there are. Whoever needs one gets it from here
// and sees `model/machine.hpp` alone.

#include <memory>
#include <optional>
#include <string>

#include "model/machine.hpp"

namespace carousel {

/// The processor, with a team of so many threads. Range: threads ≥ 1.
std::unique_ptr<Machine> make_machine(int threads);

/// Threads that work well side by side here: physical cores that this process may use, at least 1.
int default_threads();

/// A sentence for people where computing is slow, since the fast kernels are not used.
std::optional<std::string> slowness_of_machine();

/// What the processor computes with, for people: "avx512".
/// Throws: UsageError when CAROUSEL_ISA asks for what there is not.
std::string instruction_set_in_use();

/// The processor, as it calls itself, harmless for a terminal.
std::string processor_name();

}  // namespace carousel
