#include "cpu/gradient_exchange.hpp"

#include <utility>

#include "base/floating_point_mode.hpp"
#include "cpu/gradient_norm.hpp"

namespace carousel {

GradientExchange::GradientExchange(Communicator& communicator, std::int64_t shards, Sums sums,
                                   const KeptGradients& kept)
    : communicator_(&communicator),
      sum_(communicator, shards),
      sums_(sums),
      in_slices_(kept.in_slices) {
    for (const auto& [process, begin, end] : kept.floats) {
        const Owned pieces{process, norm_pieces(begin), end / k_norm_piece};
        if (pieces.size() < 1) continue;
        kept_pieces_.push_back(pieces);
        kept_.push_back({process, pieces.begin * k_norm_piece, pieces.end * k_norm_piece});
    }
    if (communicator.processes() > 1) thread_ = std::thread([this] { serve(); });
}

GradientExchange::~GradientExchange() {
    if (!thread_.joinable()) return;
    {
        const std::lock_guard lock(mutex_);
        // Work has failed in the middle of a window: the others shall not wait for the rest.
        if (done_ < sent_.size()) communicator_->abandon();
        stop_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

void GradientExchange::send(const Range& floats) {
    if (!thread_.joinable()) return;
    {
        const std::lock_guard lock(mutex_);
        sent_.push_back(floats);
    }
    changed_.notify_all();
}

void GradientExchange::finish() {
    if (!thread_.joinable()) return;
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return done_ == sent_.size(); });
    sent_.clear();
    done_ = 0;
    if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
}

void GradientExchange::serve() {
    const FlushDenormals mode;
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [&] { return stop_ || done_ < sent_.size(); });
        if (stop_) return;
        const auto floats = sent_[done_];
        std::exception_ptr error;
        if (!error_) {  // else the others have gone
            lock.unlock();
            try {
                add_up(floats);
            } catch (...) {
                error = std::current_exception();
            }
            lock.lock();
        }
        if (error) error_ = error;
        ++done_;
        changed_.notify_all();
    }
}

void GradientExchange::add_up(const Range& floats) {
    parts_.clear();
    for (const auto& sum : sums_)
        parts_.push_back(sum.subspan(static_cast<std::size_t>(floats.begin),
                                     static_cast<std::size_t>(floats.size())));
    find_portions(floats);
    sum_.add_up(parts_, portions_);
}

// What is kept, and between it what all get.
void GradientExchange::find_portions(const Range& floats) {
    portions_.clear();
    auto at = floats.begin;
    const auto add_until = [&](std::int64_t end) {
        if (at < end)
            sum_.add_slices(at - floats.begin, end - floats.begin, ShardSum::Portion::k_all,
                            portions_);
    };
    for (const auto& [process, begin, end] : kept_) {
        if (begin < floats.begin || begin >= floats.end) continue;
        add_until(begin);
        const Owned here{process, begin - floats.begin, end - floats.begin};
        if (in_slices_)
            sum_.add_slices(here.begin, here.end, process, portions_);
        else
            portions_.push_back({here, process});
        at = end;
    }
    add_until(floats.end);
}

void GradientExchange::complete(std::span<double> squares) {
    if (!kept_pieces_.empty()) share_out(*communicator_, kept_pieces_, squares);
}

}  // namespace carousel
