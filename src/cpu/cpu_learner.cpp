#include "cpu/cpu_learner.hpp"

#include <algorithm>
#include <stdexcept>

#include "base/floating_point_mode.hpp"
#include "cpu/gradient_norm.hpp"
#include "kernels/kernels.hpp"

namespace carousel {

namespace {

std::int64_t all_streams(const LearnerConfig& learning) {
    return learning.streams.total > 0 ? learning.streams.total : learning.shape.batch_size;
}

Shards own_shards(const LearnerConfig& learning) {
    const auto streams = learning.shape.batch_size, first = learning.streams.first,
               all = all_streams(learning), size = all / learning.shards;
    if (size < 1 || all % learning.shards != 0 || first % size != 0 || streams % size != 0)
        throw std::logic_error("the streams of a learner are not whole shards");
    return {first / size, (first + streams) / size};
}

StreamShare numbered(const LearnerConfig& learning) {
    return {learning.streams.first, all_streams(learning)};
}

}  // namespace

CpuLearner::CpuLearner(const Machine& machine, ThreadPool& pool, const LanguageModelConfig& config,
                       std::span<const NamedTensor> weights, const LearnerConfig& learning)
    : pool_(&pool),
      communicator_(learning.communicator != nullptr ? learning.communicator : &alone_),
      own_(own_shards(learning)),
      shard_size_(all_streams(learning) / learning.shards),
      optimizer_config_(learning.optimizer),
      teaching_(learning.teaching),
      model_(machine, pool, config, weights),
      backpropagation_(model_.stored(), pool, learning.shape.window, shard_size_, learning.dropout,
                       learning.recurrent_gradient, numbered(learning), learning.precision),
      optimizer_(model_.stored(), learning.optimizer, pool.size(), communicator_),
      nodes_(largest_nodes(learning.shards, own_)),
      losses_(static_cast<std::size_t>(own_.size())) {
    const auto gradient = [&] { return Buffer(model_.stored().parameters().stored()); };
    int depth = 0;
    for (const auto& node : nodes_) {
        auto& sum = sums_.emplace_back(gradient());
        sum_spans_.emplace_back(sum.data(), static_cast<std::size_t>(sum.size()));
        depth = std::max(depth, depth_of(node));
    }
    for (int i = 0; i < depth; ++i) spare_.push_back(gradient());
    exchange_ = std::make_unique<GradientExchange>(*communicator_, learning.shards, sum_spans_,
                                                   optimizer_.kept_gradients());
    squares_.resize(static_cast<std::size_t>(norm_pieces(sums_.front().size())));
    if (own_.size() == 1) return;
    const TokenIds::shape_type ids{static_cast<std::size_t>(learning.shape.window),
                                   static_cast<std::size_t>(shard_size_)};
    shard_batch_ = {TokenIds(ids), TokenIds(ids)};
    shard_state_ = RecurrentState::zeros(config, shard_size_);
}

void CpuLearner::window(const Batch& batch, RecurrentState& state, const WindowKey& key) {
    const FlushDenormals mode;
    backpropagation_.begin(key);
    constexpr Next k_to_others{nullptr, nullptr};
    for (std::size_t i = 0; i < nodes_.size(); ++i)
        run(nodes_[i], {batch, state}, sums_[i].data(), spare_.data(),
            i + 1 == nodes_.size() ? &k_to_others : nullptr);
}

void CpuLearner::run(const Shards& node, const Window& window, float* sum, Buffer* spare,
                     const Next* next) {
    if (node.size() == 1) return run_shard(node.begin, window, sum, next);
    run(left_of(node), window, sum, spare + 1, nullptr);
    const Next add{sum, next};
    run(right_of(node), window, spare->data(), spare + 1, &add);
}

void CpuLearner::run_shard(std::int64_t shard, const Window& window, float* gradients,
                           const Next* next) {
    auto end = model_.stored().parameters().stored();
    const auto hand_on_from = [&](std::int64_t first) {
        hand_on({first, end}, gradients, next);
        end = first;
    };
    const Task<std::int64_t> final_from = hand_on_from;
    const auto number = static_cast<std::size_t>(shard - own_.begin);
    double& loss = losses_[number];
    if (own_.size() == 1) {
        loss = backpropagation_.run_streams(shard * shard_size_, window.batch.inputs,
                                            window.batch.targets, window.state, gradients, nullptr,
                                            taught_rows(window.batch), &final_from);
        return;
    }
    const auto streams = static_cast<std::size_t>(shard_size_), first = number * streams;
    shard_batch_.take(window.batch, first);
    shard_state_.take(window.state, first, streams, 0);
    loss = backpropagation_.run_streams(shard * shard_size_, shard_batch_.inputs,
                                        shard_batch_.targets, shard_state_, gradients, nullptr,
                                        taught_rows(shard_batch_), &final_from);
    window.state.take(shard_state_, 0, streams, first);
}

void CpuLearner::hand_on(const Range& floats, const float* gradients, const Next* next) {
    constexpr std::int64_t k_piece = 16384;  // floats of a task
    for (; next != nullptr; gradients = next->sum, next = next->next) {
        if (next->sum == nullptr) return exchange_->send(floats);
        pool_->for_each((floats.size() + k_piece - 1) / k_piece, [&](std::int64_t piece) {
            const auto first = floats.begin + piece * k_piece;
            kernels().add(next->sum + first, gradients + first,
                          std::min(k_piece, floats.end - first));
        });
    }
}

TaughtRows CpuLearner::taught_rows(const Batch& batch) const {
    const auto& expected = batch.expected;
    if (expected.size() == 0) return {};
    if (expected.shape(0) != batch.targets.shape(0) ||
        expected.shape(1) != batch.targets.shape(1) ||
        static_cast<std::int64_t>(expected.shape(2)) != model_.config().vocabulary_size)
        throw std::logic_error("what teachers expect has another shape than the window");
    return {expected.data(), teaching_};
}

double CpuLearner::exchange() {
    const FlushDenormals mode;
    exchange_->finish();
    return exchange_->sum_of(losses_);
}

double CpuLearner::gradient_norm() {
    const FlushDenormals mode;
    sum_squares(*pool_, sums_.front().data(), sums_.front().size(), squares_);
    exchange_->complete(squares_);
    return norm_of(squares_);
}

void CpuLearner::update(const UpdateRates& rates) {
    const FlushDenormals mode;
    optimizer_.update(*pool_, model_.stored(), sums_.front().data(), rates);
}

std::vector<NamedTensor> CpuLearner::tensors(Kept kept) const {
    switch (kept) {
        case Kept::weights:
            return model_.weights();
        case Kept::averages:
            return optimizer_.averaged_weights();
        case Kept::first_moments:
            return optimizer_.first_moments();
        case Kept::second_moments:
            return optimizer_.second_moments();
    }
    throw std::logic_error("unknown tensors of a learner");
}

void CpuLearner::set_tensors(Kept kept, std::span<const NamedTensor> tensors) {
    const FlushDenormals mode;
    switch (kept) {
        case Kept::weights:
            return model_.stored().set_weights(tensors);
        case Kept::averages:
            return optimizer_.set_averaged_weights(tensors);
        case Kept::first_moments:
            return optimizer_.set_first_moments(tensors);
        case Kept::second_moments:
            return optimizer_.set_second_moments(tensors);
    }
}

void CpuLearner::gather_moments() {
    optimizer_.gather_moments();
}

void CpuLearner::forget() {
    optimizer_ = Optimizer(model_.stored(), optimizer_config_, pool_->size(), communicator_);
}

}  // namespace carousel
