#include "base/error.hpp"
#include "mpi/launcher.hpp"
#include "mpi/process_group.hpp"

namespace carousel {

std::unique_ptr<ProcessGroup> join_processes(std::string_view) {
    if (!started_among_others()) return nullptr;
    throw UsageError(
        "This program was started as several processes, and was built without MPI. Install "
        "libopenmpi-dev and openmpi-bin (Debian), build it again with -Dmpi=enabled, and start it "
        "with the mpirun of Open MPI; or start it alone.");
}

bool has_mpi() {
    return false;
}

}  // namespace carousel
