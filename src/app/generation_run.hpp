#pragma once

#include <memory>
#include <optional>
#include <span>

#include "app/events.hpp"
#include "app/generation_report.hpp"
#include "app/generation_request.hpp"
#include "app/loaded_model.hpp"
#include "app/model_mix.hpp"
#include "generation/session.hpp"
#include "generation/session_batch.hpp"

namespace carousel {

/// Samples that a model writes side by side: made ready by the constructor, which may learn from a
/// text first; then
///
///     run.read_prompt();
///     while (run.writes())
///         for (const auto& piece : run.advance()) show(piece);
///
/// Whoever wants no more stops calling.
class GenerationRun {
public:
    /// Throws: UsageError for a prompt or a stop text that the model cannot read, or where samples
    /// that are waited for would never end; all errors of loading, reading and learning.
    GenerationRun(const GenerationRequest& request, const TellWork& tell);
    GenerationRun(const GenerationRun&) = delete;
    GenerationRun& operator=(const GenerationRun&) = delete;

    /// How it is written; its prompt comes before every sample.
    const GenerationReport& report() const { return report_; }

    /// Once, before anything is written: the samples begin with it behind them.
    void read_prompt();

    bool writes() const { return !batch_->empty(); }

    /// Every sample that goes on writes a symbol. The number of a piece's session is that of the
    /// sample. Valid until the next call.
    std::span<const SessionPiece> advance() { return batch_->advance(); }

private:
    void adapt(const DecodingSettings& decoding, const TellWork& tell);

    GenerationRequest request_;
    GenerationReport report_;
    LoadedModel loaded_;  // of a mix the first; without its weights once the prompt is read
    std::optional<ModelMix> mix_;
    std::optional<Session> session_;  // at the end of the prompt: each sample is a copy
    OwnModel own_;
    std::optional<SessionBatch> batch_;
};

}  // namespace carousel
