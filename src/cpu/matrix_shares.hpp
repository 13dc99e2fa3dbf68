#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "model/collectives.hpp"

namespace carousel {

/// Floats whose gradient only one process gets: it adds it up, or all do, a slice each.
struct KeptGradients {
    std::span<const Owned> floats{};
    bool in_slices = false;
};

/// Matrices on which processes work for each other: each computes some, and gets the others, so
/// that all have all, with the bits of one process that computes them itself.
class MatrixShares {
public:
    /// null, or one process: nothing is shared.
    explicit MatrixShares(Communicator* communicator) : communicator_(communicator) {}

    /// One more matrix, of `size` floats, which begins at `offset` among the stored ones; its work
    /// in any unit. Whoever has the least so far gets it.
    void add(std::int64_t offset, std::int64_t size, std::int64_t work);

    bool shared() const { return communicator_ != nullptr && communicator_->processes() > 1; }
    std::int64_t size() const { return size_; }  ///< floats of all matrices

    struct Part {
        std::int64_t offset;  ///< behind the matrices that were added before
        bool own;             ///< this process computes it
    };
    Part part(std::size_t matrix) const;

    /// The matrices among the stored floats, none where nothing is shared. Only who computes one
    /// gets its gradient: so all processes together send what a ring takes, and not half as much
    /// again.
    KeptGradients kept_gradients() const;

    /// Gets what others have computed: of the matrices one behind the other, and of what is laid
    /// out as the stored floats. Range: shared.
    void exchange_directions(float* all) const;
    void exchange_stored(std::span<float> all) const;

private:
    /// Matrices are few beside the processes: who has one could not receive its gradient from
    /// everybody and send its direction to everybody in the time that others need for theirs.
    bool in_slices() const;

    Communicator* communicator_;
    std::int64_t size_ = 0;
    std::vector<Owned> directions_, stored_;   // one behind the other; as they are stored
    std::vector<std::int64_t> work_, floats_;  // of each process
};

}  // namespace carousel
