#pragma once

#include <optional>

#include "app/evaluation_page.hpp"
#include "app/evaluation_report.hpp"
#include "app/evaluation_request.hpp"
#include "app/events.hpp"
#include "app/loaded_model.hpp"
#include "app/model_mix.hpp"
#include "app/model_text.hpp"
#include "app/surprisal_files.hpp"
#include "base/replace_file.hpp"
#include "data/corpus.hpp"

namespace carousel {

/// A model that is measured on a text: made ready by the constructor, then `measure`, then what was
/// asked for besides: lists of surprising characters and lines, a page.
class EvaluationRun {
public:
    /// Loads the model and reads the text. `tell` must outlive the object.
    /// Throws: UsageError when an output would overwrite what is read, or the part is not of the
    /// model's text; all errors of loading and reading.
    EvaluationRun(const EvaluationRequest& request, const TellWork& tell);
    EvaluationRun(const EvaluationRun&) = delete;
    EvaluationRun& operator=(const EvaluationRun&) = delete;

    /// Once. The measurement that was asked for first comes first.
    EvaluationReport measure();

    /// Whether a list goes to standard output, which then holds nothing else.
    bool fills_output() const { return files_->fill_output(); }

    /// Writes the lists; the one for standard output is handed to `output`.
    void save_lists(const WriteBytes& output) { files_->save(output); }

    /// Writes the page, where one was asked for.
    void write_page(const EvaluationReport& report);

private:
    void start_lists();
    void warn_of_other_parts() const;
    const Model& model_on(int threads);
    std::vector<Measurement> measure_model(Precision precision);
    std::vector<Measurement> measure_streams(Precision precision);
    Measurement measure_stream(Precision precision, const SurprisalVisitor& visitor);
    Measurement measure_adaptively(const SurprisalVisitor& visitor);
    Measurement measure_mixture();
    SurprisalVisitor visitor();
    std::int64_t likely(bool is_shown) const;
    void add_baseline(EvaluationReport& report) const;

    EvaluationRequest request_;
    const TellWork& tell_;
    std::filesystem::path path_;   // of the model
    LoadedModel loaded_;           // of a mix, the first
    std::optional<ModelMix> mix_;  // its tokenizer is that of loaded_
    ModelText text_;
    Corpus corpus_;
    CorpusPart part_;
    std::optional<ModelText::Training> training_;  // of the model, where an n-gram is counted in it
    std::optional<SurprisalFiles> files_;
    std::optional<EvaluationPage> page_;
    std::optional<OwnModel> own_;   // that is being measured
    const Model* mixed_ = nullptr;  // the same of a mix, once it was made
};

}  // namespace carousel
