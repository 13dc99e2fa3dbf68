#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "model/language_model_config.hpp"
#include "model/named_tensor.hpp"
#include "model/quantization.hpp"
#include "model/tracer.hpp"

namespace carousel {

class Machine;
class Reader;

/// A language model as a machine keeps it: ids (T, B) → embedding → L recurrent layers → output
/// layer → logits (T, B, V). It is const while it is used; each user has a reader and a state of
/// its own. The machine must outlive it, and it its readers.
class Model {
public:
    virtual ~Model() = default;

    virtual const LanguageModelConfig& config() const = 0;
    virtual const Machine& machine() const = 0;

    /// Canonical copies, in the order of `model_parameters`.
    virtual std::vector<NamedTensor> weights() const = 0;

    /// Buffers for at most `streams` streams. With `Precision::int8` the large products use 8-bit
    /// copies of the weights.
    virtual std::unique_ptr<Reader> reader(std::int64_t streams,
                                           Precision precision = Precision::float32) const = 0;

    /// Reads one stream and shows what the units do; null where a model has none that could be
    /// shown, as one that is a mixture of others.
    virtual std::unique_ptr<Tracer> tracer(Precision /*precision*/) const { return nullptr; }
};

}  // namespace carousel
