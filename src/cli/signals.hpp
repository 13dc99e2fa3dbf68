#pragma once

namespace carousel {

/// Turns Ctrl-C, SIGTERM, SIGUSR1, which mpirun and Slurm hand on, and, unless it is ignored as
/// under nohup, SIGHUP into a wish that a loop can look at, as long as the object lives. A second
/// one of them ends the program at once.
class StopSignals {
public:
    StopSignals();
    ~StopSignals();
    StopSignals(const StopSignals&) = delete;
    StopSignals& operator=(const StopSignals&) = delete;

    /// The signal that arrived, or 0.
    int received() const;
};

}  // namespace carousel
