#pragma once

// Many processes that train one model, on one machine or many: Open MPI starts them and carries
// their messages. An optional part of the program (meson's -Dmpi): where it is missing,
// without_mpi.cpp stands in for process_group.cpp.
//
// MPI moves bytes here and does nothing else: what is added up, and in which order, is decided in
// model/collectives.hpp.

#include <memory>
#include <string>
#include <string_view>

#include "model/communicator.hpp"

namespace carousel {

/// This process among those that were started together.
class ProcessGroup : public Communicator {
public:
    /// "Process 2 of 4, on host b".
    virtual std::string name() const = 0;

    /// Processes, this one included, that were given the same cores of the same machine.
    virtual int sharers_of_cores() const = 0;
};

/// Joins the processes that mpirun or srun started beside this one; null: it was started alone.
/// Processes of another `version` of the program are refused.
/// Throws: UsageError where it was started among others and cannot join them.
std::unique_ptr<ProcessGroup> join_processes(std::string_view version);

/// Whether this program has MPI.
bool has_mpi();

}  // namespace carousel
