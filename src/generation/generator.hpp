#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/token_id.hpp"
#include "generation/sampler.hpp"
#include "generation/session.hpp"
#include "model/model.hpp"
#include "model/quantization.hpp"
#include "text/tokenizer.hpp"

namespace carousel {

struct GeneratorConfig {
    SamplerConfig sampler{};
    std::uint64_t seed = 0;
    std::int64_t count = 1;    ///< samples, written as one batch; in [1, 2^31)
    std::uint64_t length = 0;  ///< characters of each sample, the prompt not counted; 0 = no bound
    std::string stop{};        ///< text that ends a sample and is left out; empty = none
    bool raw = false;          ///< byte models only: any bytes, not only those of valid UTF-8
    Precision precision = Precision::float32;
};

using SampleEnd = SessionEnd;

struct SampleReport {
    std::uint64_t characters = 0;  ///< given out, in units of the model (bytes in byte models)
    std::uint64_t symbols = 0;     ///< drawn
    SampleEnd end = SampleEnd::length;
};

/// Takes the text of a sample (numbered from 0), piece by piece as it becomes certain.
using EmitText = std::function<void(std::int64_t sample, std::string_view text)>;

/// Writes text with a model.
///
/// A sample starts as a document does: the separator is fed, then the prompt; then symbols are
/// drawn and fed until the sample ends. Draw n of sample i is random number n of the stream (seed,
/// i), so a sample is the same alone and in any batch, on every number of threads. Law: what comes
/// out is valid UTF-8 in whole code points (whole clusters with `Unit::grapheme`), except for raw
/// byte models; the separator never comes out. In byte models a length is reached by the code point
/// in which the last byte counted lies.
class Generator {
public:
    /// All references must outlive the object. Throws: std::logic_error when model and tokenizer
    /// have different vocabularies.
    Generator(const Model& model, const Tokenizer& tokenizer, const GeneratorConfig& config);

    /// Writes all samples side by side. Throws: UsageError when the prompt of a byte model ends
    /// inside a UTF-8 sequence; whatever `emit` throws, which ends all samples.
    std::vector<SampleReport> run(std::span<const TokenId> prompt, const EmitText& emit);

private:
    const Model* model_;
    const Tokenizer* tokenizer_;
    GeneratorConfig config_;
};

}  // namespace carousel
