#include "mpi/launcher.hpp"

#include <array>
#include <cstdlib>

namespace carousel {

bool started_among_others() {
    // The number of processes, by Open MPI's mpirun and by those of MPICH and its kin.
    constexpr std::array<const char*, 2> k_counts{"OMPI_COMM_WORLD_SIZE", "PMI_SIZE"};
    for (const char* name : k_counts) {
        const char* const count = std::getenv(name);
        if (count != nullptr && std::atoi(count) > 1) return true;
    }
    // Slurm's srun, with the plugin that Open MPI understands, tells only that there are some.
    return std::getenv("PMIX_RANK") != nullptr && std::getenv("OMPI_COMM_WORLD_SIZE") == nullptr;
}

bool started_after_first() {
    for (const char* name : {"OMPI_COMM_WORLD_RANK", "PMI_RANK", "PMIX_RANK"}) {
        const char* const number = std::getenv(name);
        if (number != nullptr && std::atoi(number) > 0) return true;
    }
    return false;
}

}  // namespace carousel
