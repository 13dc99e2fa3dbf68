#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "data/batch_iterator.hpp"
#include "model/model.hpp"
#include "model/reader.hpp"
#include "model/recurrent_state.hpp"

namespace carousel {

/// A model from which another one learns: it reads the same windows and says what it expects in the
/// place of each target.
///
/// It remembers what its streams were, but forgets all of it before every `k_memory`th window of an
/// epoch: so what it says is a function of model, text and place, and whoever comes in the middle
/// of an epoch, as a run that is resumed does, has it read some windows again and no more.
class Teacher {
public:
    static constexpr std::uint64_t k_memory = 32;  ///< windows

    /// A window of the training.
    struct Place {
        std::uint64_t epoch = 0, window = 0;
        bool operator==(const Place&) const = default;
    };

    /// The model must outlive the object.
    Teacher(const Model& model, BatchShape shape, float temperature);

    /// expected(t, b, v): the probability of v behind the t-th symbol of stream b, at the
    /// temperature: softmax(log p / temperature). Shapes: (T, B, V). Law: the same bits for every
    /// way to come to the place, and every number of threads.
    void read(const BatchIterator& batches, const Place& place, Tensor<3>& expected);

private:
    void read_window(const BatchIterator& batches, const Place& place, Tensor<3>* expected);

    const Model* model_;
    BatchShape shape_;
    float temperature_;
    std::unique_ptr<Reader> reader_;
    RecurrentState state_;
    std::optional<Place> next_;     // that continues what it remembers
    std::vector<TokenId> streams_;  // (B, T + 1)
    TokenIds ids_;                  // (1, B)
    Tensor<2> logits_;              // (B, V)
};

}  // namespace carousel
