#pragma once

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "cpu/matrix_shares.hpp"
#include "cpu/thread_pool.hpp"
#include "model/collectives.hpp"

namespace carousel {

/// Adds up the gradients of all processes, on a thread of its own: those of a layer are on their
/// way while the layers below it still go backward. Who trains alone has neither thread nor
/// exchange.
///
/// Between `send` and `finish` nobody else speaks with other processes.
class GradientExchange {
public:
    /// Sums of this process's own nodes, each laid out as the model's stored floats.
    using Sums = std::span<const std::span<float>>;

    /// `sums` and the communicator must outlive the object. In the room of the first sum stands,
    /// after `finish`, that of all shards; but of `kept` floats, which lie in one part each, only
    /// in the process whose they are.
    GradientExchange(Communicator& communicator, std::int64_t shards, Sums sums,
                     const KeptGradients& kept);
    ~GradientExchange();
    GradientExchange(const GradientExchange&) = delete;
    GradientExchange& operator=(const GradientExchange&) = delete;

    /// These floats of the sums are final. All processes send the same parts in the same order.
    void send(const Range& floats);

    /// Waits until what was sent has been added up. Throws: what failed meanwhile.
    void finish();

    /// `own`: a loss for each own shard. Returns the sum of all.
    double sum_of(std::span<const double> own) { return sum_.add_up(own); }

    /// The sums of squares of the pieces of the gradient (cpu/gradient_norm.hpp), of which this
    /// process has those that it has the sums of: gets the others.
    void complete(std::span<double> squares);

private:
    void serve();
    void add_up(const Range& floats);
    void find_portions(const Range& floats);

    Communicator* communicator_;
    ShardSum sum_;
    Sums sums_;
    std::vector<Owned> kept_;  // as whole pieces of the norm
    bool in_slices_;
    std::vector<Owned> kept_pieces_;           // the same, counted in pieces
    std::vector<std::span<float>> parts_;      // of the sums, of what is under way
    std::vector<ShardSum::Portion> portions_;  // of these
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<Range> sent_;
    std::size_t done_ = 0;  // of them
    bool stop_ = false;
    std::exception_ptr error_;
    std::thread thread_;
};

}  // namespace carousel
