#include "lab/modern_net.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "base/floating_point_mode.hpp"
#include "cpu/gradient_norm.hpp"
#include "cpu/initialization.hpp"
#include "kernels/kernels.hpp"
#include "lab/squashing.hpp"

namespace carousel {

namespace {

LanguageModelConfig config_of(const ModernNetShape& shape) {
    return {.cell = shape.cell,
            .vocabulary_size = shape.outputs,
            .layers = 1,
            .hidden_size = shape.hidden_size,
            .embedding_size = shape.inputs,
            .forget_bias = shape.forget_bias};
}

constexpr OptimizerConfig k_adam{.kind = OptimizerKind::adam, .beta1 = 0.9F};

void write(const std::vector<NamedTensor>& tensors, std::vector<double>& numbers) {
    for (const auto& tensor : tensors)
        numbers.insert(numbers.end(), tensor.values.begin(), tensor.values.end());
}

}  // namespace

ModernNet::ModernNet(const ModernNetShape& shape, std::uint64_t seed)
    : shape_(shape),
      config_(config_of(shape)),
      model_(config_, initial_weights(config_, seed, pool_)),
      optimizer_(model_, k_adam, 1),
      gates_(std::int64_t{shape.steps} * shape.batch * gates_row_length(config_)),
      inputs_(std::int64_t{shape.steps} * shape.batch * hidden_row_length(config_)),
      gradients_(model_.parameters().stored()),
      back_(config_, shape.steps, shape.batch),
      state_(RecurrentState::zeros(config_, shape.batch)),
      streams_(shape.batch),
      answer_(static_cast<std::size_t>(shape.outputs)),
      errors_(answer_.size()) {
    // The gradient of what the layer reads takes the place of that of what it writes.
    if (shape.inputs > shape.hidden_size)
        throw std::logic_error("a modern net has fewer units than inputs");
    const RecurrentLayerConfig layer{
        .limits = {std::int64_t{shape.steps} * shape.batch, shape.batch},
        .use = {.trains = true},
        .recurrent_gradient = shape.recurrent_gradient};
    const LayerPlace place{.embedding = nullptr, .below = nullptr, .gates = gates_.data()};
    layer_ = std::make_unique<RecurrentLayer>(model_, layer, place);
}

void ModernNet::read(std::span<const Sequence> sequences) {
    const FlushDenormals mode;
    streams_ = static_cast<int>(sequences.size());
    steps_ = 0;
    for (const auto& sequence : sequences) steps_ = std::max(steps_, sequence.steps());
    if (streams_ != shape_.batch || steps_ > shape_.steps)
        throw std::logic_error("a batch of the lab has another shape than its net");
    const auto row = hidden_row_length(config_);
    std::fill_n(inputs_.data(), std::ptrdiff_t{steps_} * streams_ * row, 0.0F);
    for (int b = 0; b < streams_; ++b) {
        const auto& sequence = sequences[static_cast<std::size_t>(b)];
        for (int t = 0; t < sequence.steps(); ++t)
            for (const auto& input : sequence.inputs_at(t))
                inputs_.data()[position(b, t) * row + input.unit] = static_cast<float>(input.value);
    }
    state_.clear();
    layer_->prepare(pool_);
    layer_->forward(pool_, {steps_, streams_, {inputs_.data(), row, nullptr}}, state_);
}

std::span<const double> ModernNet::answer(int b, int t) {
    const float* const hidden = layer_->outputs() + position(b, t) * hidden_row_length(config_);
    const float* const bias = model_.values(model_.parameters().output_bias());
    const float* const weights = model_.values(model_.parameters().output_weight());
    for (int first = 0; first < shape_.outputs; first += k_panel) {
        double sum[k_panel];
        for (int k = 0; k < k_panel; ++k) sum[k] = double{bias[first + k]};
        const float* panel = weights + std::ptrdiff_t{first} * shape_.hidden_size;
        for (int unit = 0; unit < shape_.hidden_size; ++unit, panel += k_panel)
            for (int k = 0; k < k_panel; ++k) sum[k] += double{panel[k]} * double{hidden[unit]};
        const int last = std::min<int>(k_panel, shape_.outputs - first);
        for (int k = 0; k < last; ++k)
            answer_[static_cast<std::size_t>(first + k)] = logistic(sum[k]);
    }
    return answer_;
}

// From the errors before σ of an answer to the gradients of the head and of h(t).
void ModernNet::add_head_gradient(int b, int t, std::span<const double> errors) {
    const auto at = position(b, t) * hidden_row_length(config_);
    const float* const hidden = layer_->outputs() + at;
    float* const grad_hidden = back_.outputs() + at;
    const auto& weight = model_.parameters().output_weight();
    const float* const weights = model_.values(weight);
    float* const grad_weights = gradients_.data() + weight.offset;
    float* const grad_bias = gradients_.data() + model_.parameters().output_bias().offset;
    for (int first = 0; first < shape_.outputs; first += k_panel) {
        float e[k_panel] = {};
        const int last = std::min<int>(k_panel, shape_.outputs - first);
        for (int k = 0; k < last; ++k)
            e[k] = static_cast<float>(errors[static_cast<std::size_t>(first + k)]);
        for (int k = 0; k < k_panel; ++k) grad_bias[first + k] += e[k];
        std::ptrdiff_t place = std::ptrdiff_t{first} * shape_.hidden_size;
        for (int unit = 0; unit < shape_.hidden_size; ++unit, place += k_panel) {
            float sum = 0;
            for (int k = 0; k < k_panel; ++k) {
                sum += e[k] * weights[place + k];
                grad_weights[place + k] += e[k] * hidden[unit];
            }
            grad_hidden[unit] += sum;
        }
    }
}

void ModernNet::backpropagate(std::span<const Sequence> sequences) {
    const FlushDenormals mode;
    std::fill_n(gradients_.data(), gradients_.size(), 0.0F);
    std::fill_n(back_.outputs(), back_.size(), 0.0F);
    for_each_answer(sequences, [&](int b, int t, std::span<const double> answer) {
        const auto& sequence = sequences[static_cast<std::size_t>(b)];
        const bool foresees = !sequence.next.empty();
        const double share =
            1.0 / streams_ / (foresees ? static_cast<double>(sequence.steps()) : 1.0);
        for (std::size_t k = 0; k < answer.size(); ++k) {
            const double target =
                !foresees ? sequence.target[k]
                : static_cast<int>(k) == sequence.next[static_cast<std::size_t>(t)] ? 1.0
                                                                                    : 0.0;
            errors_[k] = (answer[k] - target) * share;
        }
        add_head_gradient(b, t, errors_);
    });
    back_.begin();
    if (watch_) {
        const auto watch = [this](std::int64_t t) { watch_(t, back_); };
        const Task<std::int64_t> task(watch);
        layer_->backward(pool_, back_, gradients_.data(), &task);
    } else {
        layer_->backward(pool_, back_, gradients_.data());
    }
}

void ModernNet::add_memory_gradients(ActivationGradients& back, std::int64_t b,
                                     std::span<double> sums) const {
    const auto count = static_cast<std::size_t>(cell_shape(config_.cell).states);
    const float* const states = back.states(b);  // blocks of units, a state after the other
    for (std::size_t unit = 0; unit < sums.size(); ++unit) {
        const auto block = unit / k_panel * count;
        sums[unit] += std::abs(double{states[block * k_panel + unit % k_panel]});
    }
}

void ModernNet::update(float learning_rate, float clip) {
    const FlushDenormals mode;
    const double norm = global_norm(pool_, gradients_.data(), gradients_.size());
    const float scale = norm > double{clip} ? static_cast<float>(double{clip} / norm) : 1.0F;
    if (!std::isfinite(norm)) return;  // the batch is left out
    optimizer_.update(
        pool_, model_, gradients_.data(),
        {.number = ++updates_, .learning_rate = learning_rate, .gradient_scale = scale});
}

std::vector<double> ModernNet::store() const {
    std::vector<double> numbers{static_cast<double>(updates_)};
    write(model_.weights(), numbers);
    write(optimizer_.first_moments(), numbers);
    write(optimizer_.second_moments(), numbers);
    return numbers;
}

void ModernNet::restore(std::span<const double> numbers) {
    const auto count = static_cast<std::size_t>(model_.parameters().count());
    if (numbers.size() != 1 + 3 * count)
        throw std::out_of_range("a modern net has another number of weights");
    updates_ = static_cast<std::uint64_t>(numbers[0]);
    auto tensors = model_.weights();
    std::size_t next = 1;
    const auto read = [&]() -> const std::vector<NamedTensor>& {
        for (auto& tensor : tensors)
            for (float& value : tensor.values) value = static_cast<float>(numbers[next++]);
        return tensors;
    };
    model_.set_weights(read());
    optimizer_.set_first_moments(read());
    optimizer_.set_second_moments(read());
}

}  // namespace carousel
