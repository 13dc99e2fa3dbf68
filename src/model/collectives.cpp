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

void share_out(Communicator& communicator, std::span<const Owned> parts, std::span<std::byte> all,
               std::size_t element_size) {
    const int self = communicator.process();
    const auto bytes_of = [&](const Owned& part) {
        return all.subspan(static_cast<std::size_t>(part.begin) * element_size,
                           static_cast<std::size_t>(part.size()) * element_size);
    };
    std::vector<Communicator::Outgoing> out;
    std::vector<Communicator::Incoming> in;
    for (const auto& part : parts)
        if (part.process != self) in.push_back({part.process, bytes_of(part)});
    for_each_other(communicator, [&](int other) {
        for (const auto& part : parts)
            if (part.process == self) out.push_back({other, bytes_of(part)});
    });
    communicator.exchange(out, in);
}

Owned slice_of(const Owned& all, int processes, int process) {
    constexpr std::int64_t k_line = 16;  // floats of a cache line
    const auto lines = (all.size() + k_line - 1) / k_line;
    const auto at = [&](int p) {
        return std::min(all.end, all.begin + lines * p / processes * k_line);
    };
    return {process, at(process), at(process + 1)};
}

void share_out_in_slices(Communicator& communicator, std::span<const Owned> parts,
                         std::span<float> all) {
    const int n = communicator.processes(), self = communicator.process();
    const auto slice_for = [&](const Owned& part, int process) {
        const auto slice = slice_of(part, n, process);
        return std::as_writable_bytes(all.subspan(static_cast<std::size_t>(slice.begin),
                                                  static_cast<std::size_t>(slice.size())));
    };
    std::vector<Communicator::Outgoing> out;
    std::vector<Communicator::Incoming> in;
    for (const auto& part : parts) {
        if (part.process != self) {
            in.push_back({part.process, slice_for(part, self)});
            continue;
        }
        for_each_other(communicator, [&](int other) {
            out.push_back({other, slice_for(part, other)});
        });
    }
    communicator.exchange(out, in);

    // what each has now, for everybody who has it not
    out.clear();
    in.clear();
    for_each_other(communicator, [&](int other) {
        for (const auto& part : parts) {
            if (part.process != other) out.push_back({other, slice_for(part, self)});
            if (part.process != self) in.push_back({other, slice_for(part, other)});
        }
    });
    communicator.exchange(out, in);
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

void ShardSum::add_slices(std::int64_t begin, std::int64_t end, int goes_to,
                          std::vector<Portion>& portions) const {
    const int n = communicator_->processes();
    for (int p = 0; p < n; ++p) portions.push_back({slice_of({0, begin, end}, n, p), goes_to});
}

void ShardSum::add_up(std::span<const std::span<float>> nodes) {
    portions_.clear();
    add_slices(0, static_cast<std::int64_t>(nodes[0].size()), Portion::k_all, portions_);
    add_up(nodes, portions_);
}

void ShardSum::add_up(std::span<const std::span<float>> nodes, std::span<const Portion> portions) {
    if (communicator_->processes() == 1) return;
    const int self = communicator_->process();
    const auto part = [](std::span<float> all, const Owned& owned) {
        return all.subspan(static_cast<std::size_t>(owned.begin),
                           static_cast<std::size_t>(owned.size()));
    };
    std::size_t own_floats = 0;
    for (const auto& [floats, goes_to] : portions)
        if (floats.process == self) own_floats += static_cast<std::size_t>(floats.size());
    received_.resize((known_.size() - own_.size()) * own_floats);

    // everybody's nodes, of the own portions
    slices_.clear();
    in_.clear();
    auto* room = received_.data();
    for (const auto& [floats, goes_to] : portions) {
        if (floats.process != self) continue;
        std::size_t own = 0;
        for (const int owner : owner_) {
            if (owner == self) {
                slices_.push_back(part(nodes[own++], floats));
                continue;
            }
            slices_.emplace_back(room, static_cast<std::size_t>(floats.size()));
            in_.push_back({owner, std::as_writable_bytes(slices_.back())});
            room += floats.size();
        }
    }
    out_.clear();
    for_each_other(*communicator_, [&](int other) {
        for (const auto& [floats, goes_to] : portions) {
            if (floats.process != other) continue;
            for (const auto& node : nodes)
                out_.push_back({other, std::as_bytes(part(node, floats))});
        }
    });
    communicator_->exchange(out_, in_);

    // their sums
    auto slices = std::span(slices_);
    for (const auto& [floats, goes_to] : portions) {
        if (floats.process != self) continue;
        const auto result =
            carousel::add_up({0, shards_}, known_, 0, [&](std::size_t to, std::size_t from) {
                float* const sum = slices[to].data();
                const float* const other = slices[from].data();
                for (std::size_t i = 0; i < slices[to].size(); ++i) sum[i] += other[i];
            });
        const auto whole = part(nodes[0], floats);
        if (slices[result].data() != whole.data()) std::ranges::copy(slices[result], whole.begin());
        slices = slices.subspan(known_.size());
    }

    // for everybody, or for one
    out_.clear();
    in_.clear();
    for (const auto& [floats, goes_to] : portions) {
        if (floats.process != self && (goes_to == Portion::k_all || goes_to == self))
            in_.push_back({floats.process, std::as_writable_bytes(part(nodes[0], floats))});
    }
    for_each_other(*communicator_, [&](int other) {
        for (const auto& [floats, goes_to] : portions)
            if (floats.process == self && (goes_to == Portion::k_all || goes_to == other))
                out_.push_back({other, std::as_bytes(part(nodes[0], floats))});
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
