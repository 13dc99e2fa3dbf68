#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <vector>

#include "model/communicator.hpp"
#include "model/link.hpp"
#include "model/shard_tree.hpp"

namespace carousel {

// What all processes do together, in the same order everywhere; alone, nothing. Bytes are those of
// the machine: all processes run the same program.

/// Gives everybody what process 0 has; there, the first only reads it.
void broadcast_from_first(Communicator& communicator, std::span<const std::byte> bytes);
void broadcast(Communicator& communicator, std::span<std::byte> bytes);

template <typename Value>
requires std::is_trivially_copyable_v<Value>
void broadcast_value(Communicator& communicator, Value& value) {
    broadcast(communicator, std::as_writable_bytes(std::span(&value, 1)));
}

/// Gives each process its part of what process 0 has, and back: of `shards` equal parts as many as
/// it has shards (`shards_of_process`). `all` is used by process 0 only.
void scatter(Communicator& communicator, std::int64_t shards, std::span<const std::byte> all,
             std::span<std::byte> own);
void gather(Communicator& communicator, std::int64_t shards, std::span<const std::byte> own,
            std::span<std::byte> all);

/// What the link carries while each process sends to the next one. Takes about a tenth of a second
/// where it is fast.
Link measure_link(Communicator& communicator);

/// Adds up what processes have of the S shards of a batch, in the order of their tree.
///
/// Each process adds up a slice of the gradient, as large as those of the others: it gets that
/// slice of everybody's nodes, and gives its sum to everybody. Where each process has one node, as
/// where their number divides S and the rest is a power of two, one sends 2 (n - 1) / n times the
/// gradient, which is what a ring takes. Messages move bytes and add nothing, so that the result
/// is the same for every number of processes and every network.
class ShardSum {
public:
    ShardSum(Communicator& communicator, std::int64_t shards);

    /// The largest nodes that are all this process's own.
    const std::vector<Shards>& own_nodes() const { return own_; }

    /// `nodes`: the sums of the own nodes, equally long. The sum of all shards replaces the first
    /// one, with the same bits everywhere. The floating-point mode is the caller's.
    void add_up(std::span<const std::span<float>> nodes);

    /// `own`: a value for each own shard. Returns the sum of all.
    double add_up(std::span<const double> own);

private:
    std::span<float> slice_of(std::span<float> values, int process) const;

    Communicator* communicator_;
    std::int64_t shards_;
    std::vector<Shards> own_;
    std::vector<int> owner_;     // of each node of `known_`
    std::vector<Shards> known_;  // the largest nodes of all processes, from left to right
    std::vector<Shards> each_;   // every shard
    std::vector<float> received_;
    std::vector<std::span<float>> slices_;
    std::vector<Communicator::Outgoing> out_;
    std::vector<Communicator::Incoming> in_;
    std::vector<double> losses_;
};

}  // namespace carousel
