#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "model/communicator.hpp"

namespace carousel {

/// Matrices on which processes work for each other: each computes some, and gets the others, so
/// that all have all, with the bits of one process that computes them itself.
class MatrixShares {
public:
    /// null, or one process: nothing is shared.
    explicit MatrixShares(Communicator* communicator) : communicator_(communicator) {}

    /// One more matrix, of `size` floats, behind the others; its work in any unit. Whoever has the
    /// least so far gets it.
    void add(std::int64_t size, std::int64_t work);

    bool shared() const { return communicator_ != nullptr && communicator_->processes() > 1; }
    std::int64_t size() const { return size_; }  ///< floats of all matrices

    struct Part {
        std::int64_t offset;
        bool own;  ///< this process computes it
    };
    Part part(std::size_t matrix) const;

    /// `all`: the matrices, of which the own ones are computed. Gets the others. Range: shared.
    void exchange(float* all);

private:
    struct Matrix {
        int owner;
        std::int64_t offset, size;
    };

    Communicator* communicator_;
    std::int64_t size_ = 0;
    std::vector<Matrix> matrices_;
    std::vector<std::int64_t> work_;  // of each process
    std::vector<Communicator::Outgoing> out_;
    std::vector<Communicator::Incoming> in_;
};

}  // namespace carousel
