#pragma once

#include <memory>

#include "app/training_request.hpp"
#include "mpi/process_group.hpp"

namespace carousel {

// A training by several processes, as mpirun starts them. Process 0 runs it (app/training.hpp), and
// reads and writes all files; the others serve it and need nothing but their processors. Where they
// see the files of the corpus, they read a share of them.

/// The processes that were started with this one; null: none were. Throws: UsageError.
std::unique_ptr<ProcessGroup> join_training();

/// What processes other than the first do, until the training is over. Throws: Error, which names
/// the process.
void serve_training(const TrainingRequest& request, ProcessGroup& processes);

/// Threads of this process: as asked for, else the cores at hand, shared evenly with those that
/// have the same. `processes` may be null.
int threads_of(const TrainingRequest& request, const ProcessGroup* processes);

/// The request with a shard for each process, where nobody chose how many there are.
TrainingRequest with_shards_for(TrainingRequest request, int processes);

/// Throws: UsageError where there are fewer shards than processes.
void require_shards(const TrainingConfig& training, int processes);

}  // namespace carousel
