#pragma once

#include "model/communicator.hpp"
#include "model/link.hpp"
#include "model/machine.hpp"

namespace carousel {

/// Serves process 0 until it says that the training is over. Throws what fails here; nobody waits
/// for this process then.
void follow(const Machine& machine, Communicator& communicator);

/// Process 0: has all measure the link between them, before a training begins.
Link measured_link(Communicator& communicator);

/// Process 0: a process, or all others (-1), serve the request for the corpus that comes next; see
/// `ReadingProcesses`.
void call_to_corpus(Communicator& communicator, int process);

/// Process 0: the training is over, or was not to be. Harmless after a failure of `communicator`.
void dismiss(Communicator& communicator) noexcept;

}  // namespace carousel
