#pragma once

#include "model/forecast.hpp"
#include "model/link.hpp"

namespace carousel {

/// What several processes foresee that train one model together, from what one of them foresees and
/// from the link between them. All have as many streams, and computing and exchange follow each
/// other:
///
///     seconds = those of one process with B / n streams, of whose Muon it has its part of the
///               matrices, + bytes / link + rounds · latency
///     bytes   = 2 (n - 1) / n · 4 P, and (n - 1) / n · 4 P_m more for the matrices of Muon
///
/// with P parameters and P_m in the matrices of recurrent layers (docs/cluster.md).
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

/// Bytes that a process sends, and as many receives, in an update.
double exchanged_bytes(const LanguageModelConfig& model, OptimizerKind optimizer, int processes);

}  // namespace carousel
