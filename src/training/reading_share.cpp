#include "training/reading_share.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "model/collectives.hpp"
#include "training/instruction.hpp"
#include "training/shared_state.hpp"

namespace carousel {

ReadingShare::ReadingShare(const Machine& machine, const LanguageModelConfig& model,
                           std::span<const NamedTensor> weights, Communicator& communicator)
    : model_(machine.model(model, weights)), communicator_(&communicator) {}

void ReadingShare::surprisals(std::int64_t steps, std::int64_t streams, const Text* text) {
    const auto own =
        shards_of_process(streams, communicator_->processes(), communicator_->process());
    if (own.size() > reader_streams_) {
        reader_ = model_->reader(own.size());
        reader_streams_ = own.size();
    }
    const auto length = static_cast<std::size_t>(steps),
               count = static_cast<std::size_t>(own.size());
    inputs_.resize({length, count});
    targets_.resize({length, count});
    scatter_text(length, streams, text);
    auto state = RecurrentState::zeros(model_->config(), own.size());
    RecurrentState none;
    scatter_state(*communicator_, streams, text != nullptr ? text->state : none, state);
    reader_->surprisals(inputs_, targets_, state, surprisals_);
    gather_state(*communicator_, streams, state, text != nullptr ? text->state : none);

    std::vector<float> nats(count * length), all;  // stream by stream
    for (std::size_t t = 0; t < length; ++t)
        for (std::size_t b = 0; b < count; ++b) nats[b * length + t] = surprisals_(t, b);
    if (text != nullptr) all.resize(static_cast<std::size_t>(streams) * length);
    gather(*communicator_, streams, std::as_bytes(std::span(nats)),
           std::as_writable_bytes(std::span(all)));
    if (text == nullptr) return;
    text->surprisals.resize({length, static_cast<std::size_t>(streams)});
    for (std::size_t t = 0; t < length; ++t)
        for (std::size_t b = 0; b < static_cast<std::size_t>(streams); ++b)
            text->surprisals(t, b) = all[b * length + t];
}

void ReadingShare::scatter_text(std::size_t steps, std::int64_t streams, const Text* text) {
    std::vector<TokenId> all;
    if (text != nullptr) {
        const auto count = static_cast<std::size_t>(streams);
        all.resize(count * 2 * steps);
        for (std::size_t b = 0; b < count; ++b) {
            for (std::size_t t = 0; t < steps; ++t) {
                all[b * 2 * steps + t] = text->inputs(t, b);
                all[(b * 2 + 1) * steps + t] = text->targets(t, b);
            }
        }
    }
    const auto own = inputs_.shape(1);
    ids_.resize(own * 2 * steps);
    scatter(*communicator_, streams, std::as_bytes(std::span(std::as_const(all))),
            std::as_writable_bytes(std::span(ids_)));
    for (std::size_t b = 0; b < own; ++b) {
        for (std::size_t t = 0; t < steps; ++t) {
            inputs_(t, b) = ids_[b * 2 * steps + t];
            targets_(t, b) = ids_[(b * 2 + 1) * steps + t];
        }
    }
}

namespace {

/// Surprisals are shared out; what is written, symbol after symbol, is not.
class SharedReader final : public Reader {
public:
    SharedReader(ReadingShare& share, std::unique_ptr<Reader> own, Communicator& communicator)
        : share_(share), own_(std::move(own)), communicator_(communicator) {}

    void advance(const TokenIds& ids, RecurrentState& state, Tensor<2>& logits) override {
        own_->advance(ids, state, logits);
    }

    void surprisals(const TokenIds& inputs, const TokenIds& targets, RecurrentState& state,
                    Tensor<2>& surprisals) override {
        const auto steps = static_cast<std::int64_t>(inputs.shape(0)),
                   streams = static_cast<std::int64_t>(inputs.shape(1));
        if (streams < communicator_.processes())
            return own_->surprisals(inputs, targets, state, surprisals);
        try {
            Instruction read{.order = Order::read, .steps = steps, .streams = streams};
            broadcast_value(communicator_, read);
            const ReadingShare::Text text{inputs, targets, state, surprisals};
            share_.surprisals(steps, streams, &text);
        } catch (...) {
            communicator_.abandon();
            throw;
        }
    }

    void surprisals(const TokenIds& inputs, const TokenIds& targets, RecurrentState& state,
                    Tensor<2>& surprisals, LikelySymbols& likely) override {
        own_->surprisals(inputs, targets, state, surprisals, likely);
    }

private:
    ReadingShare& share_;
    std::unique_ptr<Reader> own_;
    Communicator& communicator_;
};

class SharedModel final : public Model {
public:
    SharedModel(const Machine& machine, const LanguageModelConfig& config,
                std::span<const NamedTensor> weights, Communicator& communicator)
        : share_(machine, config, weights, communicator), communicator_(communicator) {}

    const LanguageModelConfig& config() const override { return share_.model().config(); }
    const Machine& machine() const override { return share_.model().machine(); }
    std::vector<NamedTensor> weights() const override { return share_.model().weights(); }
    std::unique_ptr<Reader> reader(std::int64_t streams, Precision precision) const override {
        auto own = share_.model().reader(streams, precision);
        if (precision != Precision::float32) return own;
        return std::make_unique<SharedReader>(share_, std::move(own), communicator_);
    }

private:
    mutable ReadingShare share_;  // its buffers; the model is const
    Communicator& communicator_;
};

}  // namespace

std::unique_ptr<Model> shared_model(const Machine& machine, const LanguageModelConfig& model,
                                    std::span<const NamedTensor> weights,
                                    Communicator& communicator) {
    if (communicator.processes() == 1) return machine.model(model, weights);
    try {
        Instruction make{.order = Order::make_model};
        broadcast_value(communicator, make);
        auto config = model;
        broadcast_value(communicator, config);
        for (const auto& tensor : weights)
            broadcast_from_first(communicator, std::as_bytes(std::span(tensor.values)));
        return std::make_unique<SharedModel>(machine, model, weights, communicator);
    } catch (...) {
        communicator.abandon();
        throw;
    }
}

}  // namespace carousel
