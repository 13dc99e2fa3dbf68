#pragma once

#include "model/forecast.hpp"
#include "model/link.hpp"

namespace carousel {

/// What several processes foresee that train one model together, from what one of them foresees and
/// from the link between them. All have as many streams:
///
///     seconds = those of one process with B / n streams, in whose backward pass each layer's part
///               of the gradient is sent as soon as it and the layer above it are through
///               + its part of Muon's matrices + directions / link + rounds · latency
///
/// with the bytes of `exchanged_bytes` (docs/cluster.md).
class SharedForecast final : public Forecast {
public:
    /// `one` outlives the object. Range: processes ≥ 1.
    SharedForecast(const Forecast& one, int processes, const Link& link)
        : one_(&one), processes_(processes), link_(link) {}

    double seconds_of_update(const LanguageModelConfig& model, const BatchShape& shape,
                             OptimizerKind optimizer) const override;

    /// Of one process.
    double training_bytes(const LanguageModelConfig& model, const BatchShape& shape) const override;

private:
    BatchShape share_of(const BatchShape& shape) const;

    const Forecast* one_;
    int processes_;
    Link link_;
};

/// Bytes that a process sends or receives in an update of n processes, at most: what a ring takes,
/// 2 (n - 1) / n · 4 P of P parameters. With Muon the gradient of a matrix goes to who computes it,
/// and its direction from there to all; where that is in slices (cpu/matrix_shares.hpp), who has a
/// matrix of M floats sends (n - 1) / n · 4 M more.
struct ExchangedBytes {
    double gradients, directions;
};
ExchangedBytes exchanged_bytes(const LanguageModelConfig& model, OptimizerKind optimizer,
                               int processes);

}  // namespace carousel
