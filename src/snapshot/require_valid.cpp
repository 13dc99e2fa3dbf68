#include "snapshot/snapshot.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "model/parameter.hpp"
#include "model/recurrent_state.hpp"
#include "model/transformer.hpp"
#include "model/two_nets.hpp"
#include "snapshot/ranges.hpp"
#include "text/printable.hpp"
#include "text/tokenizer.hpp"

// What `require_valid` asks of a record, one function for each part of it, in the order of the
// fields, after every number and text was held against its range (ranges.cpp).

namespace carousel {

namespace {

[[noreturn]] void refuse(const std::string& what) {
    throw std::invalid_argument(what);
}

void require_text(const Snapshot& snapshot) {
    const TextSettings& text = snapshot.text;
    if (text.unit == Unit::byte &&
        (text.normalization != Normalization::none || text.newlines != Newlines::keep)) {
        refuse("a byte model has a normalisation or changes newlines");
    }
    const Tokenizer checked(text, Vocabulary(snapshot.symbols), snapshot.repertoire);
}

void require_model(const Snapshot& snapshot) {
    const LanguageModelConfig& model = snapshot.model;
    if (model.vocabulary_size != static_cast<std::int64_t>(snapshot.symbols.size())) {
        refuse(fmt::format("the model has a vocabulary of {} symbols, its alphabet {}",
                           model.vocabulary_size, snapshot.symbols.size()));
    }
    if (const auto why = contradiction(model)) refuse(*why);
}

void require_training(const TrainingConfig& training) {
    if (training.length.kind != LengthKind::seconds &&
        training.length.amount != std::floor(training.length.amount)) {
        refuse("the length of the training is not a whole number");
    }
}

void require_corpus(const CorpusRecord& corpus) {
    if (corpus.training_characters > corpus.characters) {
        refuse("the training part is longer than the corpus");
    }
}

/// "(3, 2)"; of more sizes than a tensor has, how many.
std::string shown_shape(const std::vector<std::int64_t>& shape) {
    constexpr std::size_t k_most_sizes = 4;
    return shape.size() > k_most_sizes ? fmt::format("of {} sizes", shape.size())
                                       : fmt::format("({})", fmt::join(shape, ", "));
}

/// `expected` has the name and the shape.
void require_tensor(const char* what, const NamedTensor& expected, const NamedTensor& found) {
    if (found.name != expected.name) {
        refuse(fmt::format("{} has a tensor named \"{}\" where \"{}\" is expected", what,
                           printable(found.name), expected.name));
    }
    if (found.shape != expected.shape) {
        refuse(fmt::format("{} \"{}\" has the shape {}, not {}", what, expected.name,
                           shown_shape(found.shape), shown_shape(expected.shape)));
    }
    std::uint64_t count = 1;  // cannot overflow: the sizes of the configuration are in range
    for (const auto size : expected.shape) count *= static_cast<std::uint64_t>(size);
    if (found.values.size() != count) {
        refuse(fmt::format("{} \"{}\" has {} numbers, not {}", what, expected.name,
                           found.values.size(), count));
    }
    if (!std::all_of(found.values.begin(), found.values.end(),
                     [](float value) { return std::isfinite(value); })) {
        refuse(fmt::format("{} \"{}\" has a number that is not finite", what, expected.name));
    }
}

void require_tensors(const char* what, const std::vector<NamedTensor>& expected,
                     const std::vector<NamedTensor>& found) {
    if (found.size() != expected.size()) {
        refuse(fmt::format("{} has {} tensors, not {}", what, found.size(), expected.size()));
    }
    for (std::size_t i = 0; i < found.size(); ++i) require_tensor(what, expected[i], found[i]);
}

void require_state(const Snapshot& snapshot, const std::vector<NamedTensor>& parameters) {
    const TrainingState& state = *snapshot.state;
    require_tensors("the first moment", parameters, state.first_moments);
    require_tensors("the second moment", parameters, state.second_moments);
    for (const NamedTensor& tensor : state.second_moments) {
        if (std::any_of(tensor.values.begin(), tensor.values.end(),
                        [](float value) { return value < 0; })) {
            refuse(fmt::format("the second moment \"{}\" has a number below 0", tensor.name));
        }
    }
    if (!state.averaged_weights.empty()) {
        require_tensors("the running mean of the weights", parameters, state.averaged_weights);
    }
    const auto widths = state_widths(snapshot.model);
    const auto streams =
        snapshot.training.batch_size * static_cast<std::int64_t>(ways_of(snapshot.model).size());
    const auto carried = [&](const char* name, std::int64_t width) -> NamedTensor {
        return {name, {snapshot.model.layers, streams, width}, {}};
    };
    require_tensor("the carried state", carried("hidden", widths.hidden), state.hidden);
    require_tensor("the carried state", carried("cell", widths.states), state.cell);
}

}  // namespace

void require_valid(const Snapshot& snapshot) {
    require_ranges(snapshot);
    require_text(snapshot);
    require_model(snapshot);
    require_training(snapshot.training);
    require_corpus(snapshot.corpus);
    const auto parameters = expected_parameters(snapshot.model);
    require_tensors("the model", parameters, snapshot.weights);
    if (!snapshot.quantized.empty()) refuse("it has 8-bit tensors beside floats");
    if (snapshot.precision == Precision::bf16) refuse("it has weights in bf16, which no file has");
    if (snapshot.precision == Precision::int8 && snapshot.state) {
        refuse("it is a training state in 8 bits, which cannot be resumed");
    }
    if (snapshot.state) require_state(snapshot, parameters);
}

std::vector<NamedTensor> take_backward_net(Snapshot& snapshot) {
    snapshot.state.reset();
    if (snapshot.model.direction == ReadingDirection::forward) return {};
    auto backward = tensors_of(Way::backward, snapshot.model, snapshot.weights);
    snapshot.weights = tensors_of(Way::forward, snapshot.model, snapshot.weights);
    snapshot.model = one_net(snapshot.model);
    return backward;
}

}  // namespace carousel
