#pragma once

#include <span>

namespace carousel {

/// What processes that train one model together say to each other: each has a share of the streams,
/// and sums over all streams are sums over all processes. Calls come in the same order everywhere.
class Communicator {
public:
    virtual ~Communicator() = default;

    /// Replaces each value by its sum over all processes: the same bits in each of them.
    virtual void sum(std::span<float> values) = 0;
    virtual double sum(double value) = 0;
};

/// A process that trains alone: its sums are the sums.
class Alone final : public Communicator {
public:
    void sum(std::span<float>) override {}
    double sum(double value) override { return value; }
};

}  // namespace carousel
