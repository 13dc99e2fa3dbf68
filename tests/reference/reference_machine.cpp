#include "reference/reference_machine.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "cpu/cpu_machine.hpp"
#include "model/adapter.hpp"
#include "model/forecast.hpp"
#include "model/learner.hpp"
#include "model/model.hpp"
#include "model/parameter.hpp"
#include "model/reader.hpp"
#include "model/work.hpp"
#include "reference/reference_model.hpp"

namespace carousel {

namespace {

std::vector<NamedTensor> to_named(const LanguageModelConfig& config, const ReferenceTensors& from) {
    auto tensors = expected_parameters(config);
    for (std::size_t i = 0; i < tensors.size(); ++i) {
        for (const double x : from[i]) tensors[i].values.push_back(static_cast<float>(x));
    }
    return tensors;
}

// (L, B, N) ↔ L matrices (B, N).
std::vector<Matrix> layers_of(const Tensor<3>& all) {
    std::vector<Matrix> layers;
    const float* from = all.data();
    for (std::size_t l = 0; l < all.shape(0); ++l) {
        auto& layer = layers.emplace_back(Matrix::shape_type{all.shape(1), all.shape(2)});
        for (auto& x : layer) x = double{*from++};
    }
    return layers;
}

void copy_layers(const std::vector<Matrix>& layers, Tensor<3>& all) {
    float* to = all.data();
    for (const auto& layer : layers)
        for (const double x : layer) *to++ = static_cast<float>(x);
}

/// Weights, and windows that run with them.
class Equations {
public:
    Equations(const LanguageModelConfig& model, std::span<const NamedTensor> from)
        : config(model), weights(to_reference(from)) {}

    ReferenceResult run(const TokenIds& inputs, const TokenIds& targets, RecurrentState& state,
                        bool truncated = false) const {
        const ReferenceState before{layers_of(state.hidden), layers_of(state.states)};
        const auto masks = reference_ones(config, inputs.shape(0), inputs.shape(1));
        auto result =
            reference_backward(weights, {config, inputs, targets, before, masks, truncated});
        copy_layers(result.state.hidden, state.hidden);
        copy_layers(result.state.states, state.states);
        return result;
    }

    /// -log p of one symbol of one stream after another.
    float nats(TokenId input, TokenId target, RecurrentState& state) const {
        const TokenIds::shape_type one{1, 1};
        return static_cast<float>(run(TokenIds(one, input), TokenIds(one, target), state).loss);
    }

    LanguageModelConfig config;
    ReferenceTensors weights;
};

/// One stream of a state of several.
RecurrentState stream_of(const RecurrentState& all, std::size_t stream) {
    RecurrentState one = all;
    for (auto [from, to] : {std::pair{&all.hidden, &one.hidden}, {&all.states, &one.states}}) {
        to->resize({from->shape(0), std::size_t{1}, from->shape(2)});
        for (std::size_t l = 0; l < from->shape(0); ++l)
            for (std::size_t i = 0; i < from->shape(2); ++i) (*to)(l, 0, i) = (*from)(l, stream, i);
    }
    return one;
}

void put_stream(const RecurrentState& one, std::size_t stream, RecurrentState& all) {
    for (auto [from, to] : {std::pair{&one.hidden, &all.hidden}, {&one.states, &all.states}}) {
        for (std::size_t l = 0; l < from->shape(0); ++l)
            for (std::size_t i = 0; i < from->shape(2); ++i) (*to)(l, stream, i) = (*from)(l, 0, i);
    }
}

class ReferenceReader final : public Reader {
public:
    explicit ReferenceReader(const Equations& equations) : equations_(equations) {}

    // The loss with a symbol for target is what its probability says: logits that sum to one.
    void advance(const TokenIds& ids, RecurrentState& state, Tensor<2>& logits) override {
        const auto v = static_cast<std::size_t>(equations_.config.vocabulary_size);
        logits.resize({ids.shape(1), v});
        for (std::size_t b = 0; b < ids.shape(1); ++b) {
            auto own = stream_of(state, b);
            for (std::size_t t = 0; t + 1 < ids.shape(0); ++t) equations_.nats(ids(t, b), 0, own);
            const auto before = own;
            for (std::size_t target = 0; target < v; ++target) {
                own = before;
                logits(b, target) =
                    -equations_.nats(ids(ids.shape(0) - 1, b), static_cast<TokenId>(target), own);
            }
            put_stream(own, b, state);
        }
    }

    void surprisals(const TokenIds& inputs, const TokenIds& targets, RecurrentState& state,
                    Tensor<2>& surprisals, LikelySymbols& likely) override {
        const auto v = static_cast<std::size_t>(equations_.config.vocabulary_size);
        likely.make_room(0, equations_.config.vocabulary_size);
        RecurrentState before = state;
        for (std::size_t t = 0; t < inputs.shape(0); ++t) {
            TokenIds now({std::size_t{1}, inputs.shape(1)});
            for (std::size_t b = 0; b < inputs.shape(1); ++b) now(0, b) = inputs(t, b);
            Tensor<2> logits;
            advance(now, before, logits);
            for (std::size_t b = 0; b < inputs.shape(1); ++b) {
                std::vector<LikelySymbol> all(v);
                for (std::size_t id = 0; id < v; ++id)
                    all[id] = {static_cast<TokenId>(id), std::exp(logits(b, id))};
                std::stable_sort(all.begin(), all.end(), [](const auto& one, const auto& other) {
                    return one.probability > other.probability;
                });
                likely.symbols.insert(likely.symbols.end(), all.begin(), all.begin() + likely.each);
            }
        }
        this->surprisals(inputs, targets, state, surprisals);
    }

    void surprisals(const TokenIds& inputs, const TokenIds& targets, RecurrentState& state,
                    Tensor<2>& surprisals) override {
        surprisals.resize({inputs.shape(0), inputs.shape(1)});
        for (std::size_t b = 0; b < inputs.shape(1); ++b) {
            auto own = stream_of(state, b);
            for (std::size_t t = 0; t < inputs.shape(0); ++t)
                surprisals(t, b) = equations_.nats(inputs(t, b), targets(t, b), own);
            put_stream(own, b, state);
        }
    }

private:
    const Equations& equations_;
};

class ReferenceModel final : public Model {
public:
    ReferenceModel(const Machine& machine, const LanguageModelConfig& config,
                   std::span<const NamedTensor> weights)
        : equations(config, weights), machine_(machine) {}
    const LanguageModelConfig& config() const override { return equations.config; }
    const Machine& machine() const override { return machine_; }
    std::vector<NamedTensor> weights() const override {
        return to_named(equations.config, equations.weights);
    }
    std::unique_ptr<Reader> reader(std::int64_t, Precision) const override {
        return std::make_unique<ReferenceReader>(equations);
    }

    Equations equations;

private:
    const Machine& machine_;
};

class ReferenceLearner final : public Learner {
public:
    ReferenceLearner(const Machine& machine, const LanguageModelConfig& config,
                     std::span<const NamedTensor> weights, const LearnerConfig& learning)
        : model_(machine, config, weights), learning_(learning) {
        const auto& d = learning.dropout;
        if (d.input + d.between + d.output + d.recurrent > 0 || learning.shards > 1)
            throw std::logic_error("the reference machine has no dropout and no shards");
        forget();
    }

    void window(const Batch& batch, RecurrentState& state, const WindowKey&) override {
        if (batch.expected.size() > 0)
            throw std::logic_error("the reference machine learns from no teachers");
        auto result =
            model_.equations.run(batch.inputs, batch.targets, state,
                                 learning_.recurrent_gradient == RecurrentGradient::states);
        gradients_ = std::move(result.gradients);
        loss_ = result.loss;
    }

    double exchange() override { return loss_; }

    double gradient_norm() override {
        double squares = 0;
        for (const auto& gradient : gradients_)
            for (const double x : gradient) squares += x * x;
        return std::sqrt(squares);
    }

    void update(const UpdateRates& rates) override {
        for (auto& gradient : gradients_)
            for (double& x : gradient) x *= double{rates.gradient_scale};
        optimizer_.step = rates.number - 1;
        if (optimizer_.step == 0) optimizer_.first = optimizer_.second = {};
        optimizer_.update(model_.equations.weights, gradients_, double{rates.learning_rate});
        const double n = static_cast<double>(rates.number);
        const double kept = std::min(double{learning_.optimizer.average}, (n - 1) / (n + 8));
        for (std::size_t i = 0; i < averages_.size(); ++i) {
            averages_[i] = kept * averages_[i] + (1 - kept) * model_.equations.weights[i];
        }
    }

    static auto& of(auto& self, Kept kept) {
        switch (kept) {
            case Kept::weights:
                return self.model_.equations.weights;
            case Kept::averages:
                return self.averages_;
            case Kept::first_moments:
                return self.optimizer_.first;
            case Kept::second_moments:
                return self.optimizer_.second;
        }
        throw std::logic_error("unknown tensors of a learner");
    }

    std::vector<NamedTensor> tensors(Kept kept) const override {
        return to_named(model_.config(), of(*this, kept));
    }
    void set_tensors(Kept kept, std::span<const NamedTensor> tensors) override {
        of(*this, kept) = to_reference(tensors);
    }

    void forget() override {
        const auto& o = learning_.optimizer;
        optimizer_ = {.beta1 = double{o.beta1},
                      .beta2 = double{o.beta2},
                      .epsilon = double{o.epsilon},
                      .weight_decay = double{o.weight_decay},
                      .clip = 0,
                      .decays = reference_matrices(model_.config()),
                      .first = {},
                      .second = {},
                      .momentum = double{o.momentum}};
        if (o.kind == OptimizerKind::muon) optimizer_.muon = reference_muon_scales(model_.config());
        averages_ = model_.equations.weights;
        for (const auto& weight : averages_)
            optimizer_.first.emplace_back(xt::zeros<double>(weight.shape()));
        optimizer_.second = optimizer_.first;
    }

    const Model& model() const override { return model_; }

private:
    ReferenceModel model_;
    LearnerConfig learning_;
    ReferenceOptimizer optimizer_;
    ReferenceTensors gradients_, averages_;
    double loss_ = 0;
};

class ReferenceAdapter final : public Adapter {
public:
    ReferenceAdapter(const Machine& machine, const LanguageModelConfig& config,
                     std::span<const NamedTensor> weights)
        : model_(machine, config, weights), original_(model_.equations.weights) {
        for (const auto& weight : original_) rms_.emplace_back(xt::zeros<double>(weight.shape()));
    }

    using Adapter::window;
    std::span<const float> window(const Batch& batch, RecurrentState& state,
                                  LikelySymbols* likely) override {
        if (likely != nullptr) {
            auto before = state;
            Tensor<2> nats;
            ReferenceReader(model_.equations)
                .surprisals(batch.inputs, batch.targets, before, nats, *likely);
        }
        nats_.clear();
        auto step = state;
        for (std::size_t t = 0; t < batch.inputs.shape(0); ++t)
            nats_.push_back(model_.equations.nats(batch.inputs(t, 0), batch.targets(t, 0), step));
        gradients_ = model_.equations.run(batch.inputs, batch.targets, state).gradients;
        return nats_;
    }
    void gather() override {
        for (std::size_t i = 0; i < rms_.size(); ++i) rms_[i] += gradients_[i] * gradients_[i];
        ++gathered_;
    }
    double finish_gathering() override {
        if (gathered_ == 0) throw std::logic_error("nothing was gathered");
        double sum = 0;
        for (auto& rms : rms_)
            for (double& x : rms) sum += x = std::sqrt(x / gathered_);
        return sum / static_cast<double>(parameter_count(model_.config()));
    }
    void update(const AdaptiveRates& rates) override {
        for (std::size_t i = 0; i < rms_.size(); ++i) {
            auto weight = model_.equations.weights[i].begin();
            auto original = original_[i].begin(), rms = rms_[i].begin();
            for (const double g : gradients_[i]) {
                const double pull = std::min(1.0, double{rates.pull} * *rms);
                const double u = std::clamp(g / (*rms + double{rates.epsilon}),
                                            -double{rates.bound}, double{rates.bound});
                *weight += -double{rates.rate} * u + pull * (*original - *weight);
                ++weight, ++original, ++rms;
            }
        }
    }
    bool finite() const override {
        for (const auto& weight : model_.equations.weights)
            for (const double x : weight)
                if (!std::isfinite(x)) return false;
        return true;
    }
    const Model& model() const override { return model_; }
    std::unique_ptr<Reader> reader() const override {
        return std::make_unique<ReferenceReader>(model_.equations);
    }

private:
    ReferenceModel model_;
    ReferenceTensors original_, rms_, gradients_;
    std::vector<float> nats_;
    int gathered_ = 0;
};

class PlainForecast final : public Forecast {
public:
    double seconds_of_update(const LanguageModelConfig& model, const BatchShape& shape,
                             OptimizerKind optimizer) const override {
        return update_work(model, shape, optimizer) / 1e6;
    }
    double training_bytes(const LanguageModelConfig& model,
                          const BatchShape& shape) const override {
        return carousel::training_bytes(model, shape);
    }
};

}  // namespace

std::vector<NamedTensor> ReferenceMachine::initial_weights(const LanguageModelConfig& config,
                                                           std::uint64_t seed) const {
    return CpuMachine(1).initial_weights(config, seed);  // they are the same on every machine
}

std::unique_ptr<Model> ReferenceMachine::model(const LanguageModelConfig& config,
                                               std::span<const NamedTensor> weights) const {
    return std::make_unique<ReferenceModel>(*this, config, weights);
}

std::unique_ptr<Learner> ReferenceMachine::learner(const LanguageModelConfig& config,
                                                   std::span<const NamedTensor> weights,
                                                   const LearnerConfig& learning) const {
    return std::make_unique<ReferenceLearner>(*this, config, weights, learning);
}

std::unique_ptr<Adapter> ReferenceMachine::adapter(const LanguageModelConfig& config,
                                                   std::span<const NamedTensor> weights,
                                                   std::int64_t) const {
    return std::make_unique<ReferenceAdapter>(*this, config, weights);
}

std::unique_ptr<Forecast> ReferenceMachine::measure_speed(double, TrainingPrecision) const {
    return std::make_unique<PlainForecast>();
}

void ReferenceMachine::for_each(std::int64_t count, Task<std::int64_t> task) const {
    for (std::int64_t i = 0; i < count; ++i) task(i);
}

void ReferenceMachine::softmax(std::span<float> values, float scale) const {
    const float largest = *std::max_element(values.begin(), values.end());
    double sum = 0;
    for (float& x : values) sum += x = std::exp((x - largest) * scale);
    for (float& x : values) x = static_cast<float>(x / sum);
}

}  // namespace carousel
