#pragma once

#include <string>

#include "app/evaluation_report.hpp"
#include "app/loaded_model.hpp"
#include "data/corpus.hpp"
#include "evaluation/character_surprisal.hpp"
#include "evaluation/text_place.hpp"
#include "report/page.hpp"
#include "report/surprisal_text.hpp"
#include "report/surprising_lines.hpp"
#include "report/whole_characters.hpp"

namespace carousel {

/// The page of `evaluate --html`: sees the characters while they are evaluated and tells of them
/// and of their model. Memory does not grow with the text.
class EvaluationPage {
public:
    /// `corpus` must outlive the object.
    explicit EvaluationPage(const Corpus& corpus);
    EvaluationPage(const EvaluationPage&) = delete;
    EvaluationPage& operator=(const EvaluationPage&) = delete;

    /// The next character of the text.
    void add(const CharacterSurprisal& character);

    /// The whole page, after the last character. `loaded` writes its samples, with the seed of its
    /// training.
    std::string html(const EvaluationReport& report, const LoadedModel& loaded);

private:
    void start_line();
    void add_text(const EvaluationReport& report, Page& page) const;
    void add_lines(Page& page) const;

    const Corpus& corpus_;
    TextPlace place_;
    std::uint64_t document_ = 0, line_ = 0;  // where the character before stood; line 0: nowhere
    SurprisalText text_;
    SurprisingLines lines_;
    WholeCharacters characters_;
};

}  // namespace carousel
