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

/// Elements [begin, end) of an array, which one process computes.
struct Owned {
    int process = 0;
    std::int64_t begin = 0, end = 0;

    std::int64_t size() const { return end - begin; }
};

/// Everybody gets the parts of an array that others own. `parts`: the same in all processes.
void share_out(Communicator& communicator, std::span<const Owned> parts, std::span<std::byte> all,
               std::size_t element_size);
template <typename Element>
requires std::is_trivially_copyable_v<Element>
void share_out(Communicator& communicator, std::span<const Owned> parts, std::span<Element> all) {
    share_out(communicator, parts, std::as_writable_bytes(all), sizeof(Element));
}

/// What a process has of elements that all share evenly; slices begin at cache lines of `all`.
Owned slice_of(const Owned& all, int processes, int process);

/// As `share_out`, where few own much: each process gets its slice of a part and hands it on to
/// the others. So whose the part is sends it out less than twice, and not to everybody.
void share_out_in_slices(Communicator& communicator, std::span<const Owned> parts,
                         std::span<float> all);

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

    /// The same of portions that make up the nodes, the same ones in all processes. Whose they are
    /// adds them up; all get the sum, or only the process that is named.
    struct Portion {
        static constexpr int k_all = -1;

        Owned floats;
        int goes_to = k_all;
    };
    void add_up(std::span<const std::span<float>> nodes, std::span<const Portion> portions);

    /// Floats [begin, end) as a portion of each process, all nearly equal.
    void add_slices(std::int64_t begin, std::int64_t end, int goes_to,
                    std::vector<Portion>& portions) const;

    /// `own`: a value for each own shard. Returns the sum of all.
    double add_up(std::span<const double> own);

private:
    Communicator* communicator_;
    std::int64_t shards_;
    std::vector<Shards> own_;
    std::vector<int> owner_;     // of each node of `known_`
    std::vector<Shards> known_;  // the largest nodes of all processes, from left to right
    std::vector<Shards> each_;   // every shard
    std::vector<float> received_;
    std::vector<std::span<float>> slices_;  // of own portions: what everybody's nodes have of them
    std::vector<Portion> portions_;
    std::vector<Communicator::Outgoing> out_;
    std::vector<Communicator::Incoming> in_;
    std::vector<double> losses_;
};

}  // namespace carousel
