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

/// Bytes that the process which sends most sends in an update, n processes and P parameters: of
/// gradients 2 (n - 1) / n · 4 P, what a ring takes. With Muon, of whose matrices it computes M
/// floats, 4 (n - 1) M of directions; where processes are few beside the matrices (M n ≤ 2 P_m), it
/// gets gradients of these alone, and that of what is no matrix goes round as a ring.
struct ExchangedBytes {
    double gradients, directions;
};
ExchangedBytes exchanged_bytes(const LanguageModelConfig& model, OptimizerKind optimizer,
                               int processes);

}  // namespace carousel
