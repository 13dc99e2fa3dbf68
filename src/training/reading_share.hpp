#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/token_id.hpp"
#include "model/communicator.hpp"
#include "model/machine.hpp"
#include "model/model.hpp"
#include "model/reader.hpp"

namespace carousel {

/// What one process does where several read a text with one model: it has all weights, and some of
/// the streams of a batch. Every call is made by all processes together; what only process 0 has is
/// null in the others.
class ReadingShare {
public:
    /// Machine and communicator must outlive the object.
    ReadingShare(const Machine& machine, const LanguageModelConfig& model,
                 std::span<const NamedTensor> weights, Communicator& communicator);

    const Model& model() const { return *model_; }

    /// Of process 0; see `Reader::surprisals`.
    struct Text {
        const TokenIds& inputs;
        const TokenIds& targets;
        RecurrentState& state;
        Tensor<2>& surprisals;
    };
    /// `steps` symbols of `streams` streams. Law: the bits of one process. Range: streams ≥
    /// processes.
    void surprisals(std::int64_t steps, std::int64_t streams, const Text* text);

private:
    void scatter_text(std::size_t steps, std::int64_t streams, const Text* text);

    std::unique_ptr<Model> model_;
    Communicator* communicator_;
    std::unique_ptr<Reader> reader_;
    std::int64_t reader_streams_ = 0;  // the most that it serves
    std::vector<TokenId> ids_;         // (own streams, 2 T): inputs, then targets
    TokenIds inputs_, targets_;
    Tensor<2> surprisals_;
};

/// Process 0: a model that all processes read together, where there are several. The others are
/// told, and serve it until another one is made.
std::unique_ptr<Model> shared_model(const Machine& machine, const LanguageModelConfig& model,
                                    std::span<const NamedTensor> weights,
                                    Communicator& communicator);

}  // namespace carousel
