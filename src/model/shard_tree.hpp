#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace carousel {

// The loss and the gradient of a batch are sums over its S shards: contiguous streams, B / S each,
// whose part is one chain of additions. What a sum of floats is depends on the order; the shards
// are added up in that of a fixed binary tree, which follows from S alone. That of S = 6:
//
//                0–5
//          0–3         4–5           the left part of a node is as large a power of two
//       0–1   2–3     4   5          as leaves something for the right part
//      0   1 2   3
//
// Whoever has some of the shards adds up what stands below the largest nodes that are all theirs;
// the sums of these nodes are what processes send. So it makes no difference who has which.

/// Shards [begin, end).
struct Shards {
    std::int64_t begin = 0, end = 1;

    std::int64_t size() const { return end - begin; }
    bool operator==(const Shards&) const = default;
};

/// The share of a process, of some that share all shards. Range: processes ≤ shards.
inline Shards shards_of_process(std::int64_t shards, int processes, int process) {
    return {shards * process / processes, shards * (process + 1) / processes};
}

/// The two parts that a node is the sum of. Range: size ≥ 2.
inline std::int64_t middle_of(const Shards& node) {
    return node.begin +
           static_cast<std::int64_t>(std::bit_floor(static_cast<std::uint64_t>(node.size() - 1)));
}
inline Shards left_of(const Shards& node) {
    return {node.begin, middle_of(node)};
}
inline Shards right_of(const Shards& node) {
    return {middle_of(node), node.end};
}

/// Nodes on the longest way from a node down to a shard, without itself.
inline int depth_of(const Shards& node) {
    return std::bit_width(static_cast<std::uint64_t>(node.size() - 1));
}

/// The largest nodes below `node` that are all in `own`, from left to right.
inline void add_largest_nodes(const Shards& node, const Shards& own, std::vector<Shards>& nodes) {
    if (node.begin >= own.end || node.end <= own.begin) return;
    if (node.begin >= own.begin && node.end <= own.end) return nodes.push_back(node);
    add_largest_nodes(left_of(node), own, nodes);
    add_largest_nodes(right_of(node), own, nodes);
}
inline std::vector<Shards> largest_nodes(std::int64_t shards, const Shards& own) {
    std::vector<Shards> nodes;
    add_largest_nodes({0, shards}, own, nodes);
    return nodes;
}

/// Adds up `node`: calls `add(i, j)` where what belongs to known[i] shall become its sum with what
/// belongs to known[j]. Returns the index of the sum. `known`: nodes that make up `node`, from
/// left to right, beginning with known[first].
template <typename Add>
std::size_t add_up(const Shards& node, std::span<const Shards> known, std::size_t first, Add add) {
    if (known[first] == node) return first;
    const auto left = add_up(left_of(node), known, first, add);
    const auto middle = middle_of(node);
    auto next = first;
    while (known[next].begin < middle) ++next;
    add(left, add_up(right_of(node), known, next, add));
    return left;
}

}  // namespace carousel
