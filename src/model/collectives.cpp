#include "model/collectives.hpp"

#include <algorithm>

#include "base/stopwatch.hpp"

namespace carousel {

namespace {

// Calls visit(i) for each other process, each in another order, so that not all turn to one first.
template <typename Visit>
void for_each_other(const Communicator& communicator, Visit visit) {
    const int n = communicator.processes();
    for (int k = 1; k < n; ++k) visit((communicator.process() + k) % n);
}

// The part of a process in what has `shards` equal parts.
template <typename Byte>
std::span<Byte> part_of(std::span<Byte> all, std::int64_t shards, int processes, int process) {
    const auto own = shards_of_process(shards, processes, process);
    const auto one = all.size() / static_cast<std::size_t>(shards);
    return all.subspan(one * static_cast<std::size_t>(own.begin),
                       one * static_cast<std::size_t>(own.size()));
}

}  // namespace

void broadcast_from_first(Communicator& communicator, std::span<const std::byte> bytes) {
    std::vector<Communicator::Outgoing> out;
    for_each_other(communicator, [&](int other) { out.push_back({other, bytes}); });
    communicator.exchange(out, {});
}

void broadcast(Communicator& communicator, std::span<std::byte> bytes) {
    if (communicator.process() == 0) return broadcast_from_first(communicator, bytes);
    const Communicator::Incoming in{0, bytes};
    communicator.exchange({}, {&in, 1});
}

void scatter(Communicator& communicator, std::int64_t shards, std::span<const std::byte> all,
             std::span<std::byte> own) {
    if (communicator.process() != 0) {
        const Communicator::Incoming in{0, own};
        return communicator.exchange({}, {&in, 1});
    }
    const int n = communicator.processes();
    std::vector<Communicator::Outgoing> out;
    for_each_other(communicator, [&](int other) {
        out.push_back({other, part_of(all, shards, n, other)});
    });
    communicator.exchange(out, {});
    std::ranges::copy(part_of(all, shards, n, 0), own.begin());
}

void gather(Communicator& communicator, std::int64_t shards, std::span<const std::byte> own,
            std::span<std::byte> all) {
    if (communicator.process() != 0) {
        const Communicator::Outgoing out{0, own};
        return communicator.exchange({&out, 1}, {});
    }
    const int n = communicator.processes();
    std::vector<Communicator::Incoming> in;
    for_each_other(communicator, [&](int other) {
        in.push_back({other, part_of(all, shards, n, other)});
    });
    communicator.exchange({}, in);
    std::ranges::copy(own, part_of(all, shards, n, 0).begin());
}

Link measure_link(Communicator& communicator) {
    const int n = communicator.processes(), self = communicator.process();
    const auto seconds = [&](std::size_t bytes, int times) {
        const std::vector<std::byte> sent(bytes);
        std::vector<std::byte> received(bytes);
        const Communicator::Outgoing out{(self + 1) % n, sent};
        const Communicator::Incoming in{(self + n - 1) % n, received};
        communicator.exchange({&out, 1}, {&in, 1});  // the first one makes connections
        const Stopwatch stopwatch;
        for (int i = 0; i < times; ++i) communicator.exchange({&out, 1}, {&in, 1});
        return stopwatch.seconds() / times;
    };
    constexpr std::size_t k_small = 64, k_large = std::size_t{4} << 20;
    const double latency = seconds(k_small, 20), large = seconds(k_large, 3);
    return {static_cast<double>(k_large) / std::max(large - latency, 1e-6), latency};
}

ShardSum::ShardSum(Communicator& communicator, std::int64_t shards)
    : communicator_(&communicator), shards_(shards) {
    const int n = communicator.processes();
    for (int p = 0; p < n; ++p) {
        const auto nodes = largest_nodes(shards, shards_of_process(shards, n, p));
        if (p == communicator.process()) own_ = nodes;
        known_.insert(known_.end(), nodes.begin(), nodes.end());
        owner_.insert(owner_.end(), nodes.size(), p);
    }
    for (std::int64_t s = 0; s < shards; ++s) each_.push_back({s, s + 1});
    losses_.resize(static_cast<std::size_t>(shards));
}

std::span<float> ShardSum::slice_of(std::span<float> values, int process) const {
    constexpr std::size_t k_line = 16;  // floats of a cache line
    const auto n = static_cast<std::size_t>(communicator_->processes()),
               lines = (values.size() + k_line - 1) / k_line;
    const auto at = [&](int p) {
        return std::min(values.size(), lines * static_cast<std::size_t>(p) / n * k_line);
    };
    return values.subspan(at(process), at(process + 1) - at(process));
}

void ShardSum::add_up(std::span<const std::span<float>> nodes) {
    if (communicator_->processes() == 1) return;
    const int self = communicator_->process();
    const auto size = slice_of(nodes[0], self).size();
    received_.resize((known_.size() - own_.size()) * size);

    // this slice of everybody's nodes
    slices_.clear();
    in_.clear();
    std::size_t own = 0;
    auto* room = received_.data();
    for (const int owner : owner_) {
        if (owner == self) {
            slices_.push_back(slice_of(nodes[own++], self));
            continue;
        }
        slices_.emplace_back(room, size);
        in_.push_back({owner, std::as_writable_bytes(slices_.back())});
        room += size;
    }
    out_.clear();
    for_each_other(*communicator_, [&](int other) {
        for (const auto& node : nodes)
            out_.push_back({other, std::as_bytes(slice_of(node, other))});
    });
    communicator_->exchange(out_, in_);

    // its sum
    const auto result =
        carousel::add_up({0, shards_}, known_, 0, [&](std::size_t to, std::size_t from) {
            float* const sum = slices_[to].data();
            const float* const part = slices_[from].data();
            for (std::size_t i = 0; i < size; ++i) sum[i] += part[i];
        });
    const auto whole = slice_of(nodes[0], self);
    if (slices_[result].data() != whole.data()) std::ranges::copy(slices_[result], whole.begin());

    // for everybody
    out_.clear();
    in_.clear();
    for_each_other(*communicator_, [&](int other) {
        out_.push_back({other, std::as_bytes(whole)});
        in_.push_back({other, std::as_writable_bytes(slice_of(nodes[0], other))});
    });
    communicator_->exchange(out_, in_);
}

double ShardSum::add_up(std::span<const double> own) {
    const int n = communicator_->processes(), self = communicator_->process();
    const auto all = std::as_writable_bytes(std::span(losses_));
    std::ranges::copy(std::as_bytes(own), part_of(all, shards_, n, self).begin());
    out_.clear();
    in_.clear();
    for_each_other(*communicator_, [&](int other) {
        out_.push_back({other, std::as_bytes(own)});
        in_.push_back({other, part_of(all, shards_, n, other)});
    });
    if (n > 1) communicator_->exchange(out_, in_);
    const auto sum =
        carousel::add_up({0, shards_}, each_, 0,
                         [&](std::size_t to, std::size_t from) { losses_[to] += losses_[from]; });
    return losses_[sum];
}

}  // namespace carousel
