#include "training/follower.hpp"

#include <cstddef>
#include <exception>
#include <optional>
#include <vector>

#include "data/corpus_share.hpp"
#include "model/parameter.hpp"
#include "training/instruction.hpp"
#include "training/reading_share.hpp"
#include "training/training_share.hpp"

namespace carousel {

namespace {

std::vector<NamedTensor> received_weights(Communicator& communicator,
                                          const LanguageModelConfig& model) {
    auto weights = expected_parameters(model);
    for (auto& tensor : weights) {
        std::size_t size = 1;
        for (const auto extent : tensor.shape) size *= static_cast<std::size_t>(extent);
        tensor.values.resize(size);
        broadcast(communicator, std::as_writable_bytes(std::span(tensor.values)));
    }
    return weights;
}

/// A share that begins where process 0 does.
void begin(const Machine& machine, Communicator& communicator,
           std::optional<TrainingShare>& share) {
    LanguageModelConfig model;
    TrainingConfig training;
    broadcast_value(communicator, model);
    broadcast_value(communicator, training);
    share.emplace(machine, model, received_weights(communicator, model), training, communicator);
}

void make_model(const Machine& machine, Communicator& communicator,
                std::optional<ReadingShare>& reading) {
    LanguageModelConfig model;
    broadcast_value(communicator, model);
    reading.emplace(machine, model, received_weights(communicator, model), communicator);
}

void serve(const Machine& machine, Communicator& communicator) {
    std::optional<TrainingShare> share;
    std::optional<ReadingShare> reading;
    CorpusShare corpus;
    RecurrentState none;  // process 0 has the whole one
    for (;;) {
        Instruction instruction;
        broadcast_value(communicator, instruction);
        switch (instruction.order) {
            case Order::measure:
                measure_link(communicator);
                break;
            case Order::read_corpus:
                if (instruction.reader < 0 || instruction.reader == communicator.process())
                    corpus.answer(communicator);
                break;
            case Order::begin:
                begin(machine, communicator, share);
                break;
            case Order::step:
                share->step(instruction, {});
                break;
            case Order::put_tensors:
                share->put_tensors(instruction.kept, {});
                break;
            case Order::gather_moments:
                share->gather_moments();
                break;
            case Order::gather_memory:
                share->gather_memory(none);
                break;
            case Order::scatter_memory:
                share->scatter_memory(none);
                break;
            case Order::forget:
                share->forget();
                break;
            case Order::make_model:
                make_model(machine, communicator, reading);
                break;
            case Order::read:
                reading->surprisals(instruction.steps, instruction.streams, nullptr);
                break;
            case Order::end:
                return;
        }
    }
}

}  // namespace

void follow(const Machine& machine, Communicator& communicator) {
    try {
        serve(machine, communicator);
    } catch (...) {
        communicator.abandon();
        throw;
    }
}

Link measured_link(Communicator& communicator) {
    Instruction measure{.order = Order::measure};
    broadcast_value(communicator, measure);
    return measure_link(communicator);
}

void call_to_corpus(Communicator& communicator, int process) {
    Instruction read{.order = Order::read_corpus, .reader = process};
    broadcast_value(communicator, read);
}

void dismiss(Communicator& communicator) noexcept {
    try {
        Instruction end{.order = Order::end};
        broadcast_value(communicator, end);
    } catch (const std::exception&) {
        // Those who cannot hear it are gone, or will be told by whoever started them.
    }
}

}  // namespace carousel
