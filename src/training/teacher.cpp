#include "training/teacher.hpp"

#include <algorithm>
#include <span>

#include "model/machine.hpp"

namespace carousel {

Teacher::Teacher(const Model& model, BatchShape shape, float temperature)
    : model_(&model),
      shape_(shape),
      temperature_(temperature),
      reader_(model.reader(shape.batch_size)),
      state_(RecurrentState::zeros(model.config(), shape.batch_size)),
      streams_(static_cast<std::size_t>(shape.batch_size * (shape.window + 1))),
      ids_(TokenIds::shape_type{1, static_cast<std::size_t>(shape.batch_size)}) {}

void Teacher::read(const BatchIterator& batches, const Place& place, Tensor<3>& expected) {
    const auto begin = place.window - place.window % k_memory;
    if (next_ != place || place.window == begin) {
        state_.clear();
        for (auto window = begin; window < place.window; ++window)
            read_window(batches, {place.epoch, window}, nullptr);
    }
    read_window(batches, place, &expected);
    next_ = {place.epoch, place.window + 1};
}

void Teacher::read_window(const BatchIterator& batches, const Place& place, Tensor<3>* expected) {
    batches.read(place.epoch, place.window, streams_);
    const auto steps = static_cast<std::size_t>(shape_.window), streams = ids_.size(),
               symbols = static_cast<std::size_t>(model_->config().vocabulary_size);
    if (expected != nullptr) expected->resize({steps, streams, symbols});
    for (std::size_t t = 0; t < steps; ++t) {
        for (std::size_t b = 0; b < streams; ++b) ids_(0, b) = streams_[b * (steps + 1) + t];
        reader_->advance(ids_, state_, logits_);
        if (expected == nullptr) continue;
        const auto& machine = model_->machine();
        machine.for_each(static_cast<std::int64_t>(streams), [&](std::int64_t stream) {
            const auto b = static_cast<std::size_t>(stream);
            const std::span<float> row(&(*expected)(t, b, 0), symbols);
            std::copy_n(&logits_(b, 0), symbols, row.begin());
            machine.softmax(row, 1 / temperature_);
        });
    }
}

}  // namespace carousel
