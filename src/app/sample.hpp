#pragma once

#include <functional>
#include <string>

#include "generation/session.hpp"
#include "model/model.hpp"
#include "model/quantization.hpp"
#include "text/tokenizer.hpp"

namespace carousel {

/// A text that a model wrote alone, from the start of a document. It is empty only where the model
/// has learned nothing that could be written.
struct Sample {
    std::string text;
    bool whole = false;  ///< false: it was left before it had ended
};

/// Lets a model write as long as `goes_on` says so, which is asked before each symbol; a sample
/// that must end needs a length or such an end.
Sample write_sample(
    const Model& model, const Tokenizer& tokenizer, const SessionConfig& config,
    Precision precision = Precision::float32,
    const std::function<bool()>& goes_on = [] { return true; });

}  // namespace carousel
