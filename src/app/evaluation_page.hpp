#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

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
    /// training. `command`: that was typed, if one was.
    std::string html(const EvaluationReport& report, const LoadedModel& loaded,
                     std::string_view command);

    /// How many likely symbols of each place it wants to be told.
    static constexpr std::int64_t k_likely = 3;

private:
    void start_line();
    void add_lines(Page& page, const std::vector<SurprisingLine>& lines) const;
    void add_text(const EvaluationReport& report, Page& page,
                  const std::vector<SurprisingLine>& lines) const;
    std::string name_of(std::uint64_t document) const;

    const Corpus& corpus_;
    TextPlace place_;
    std::size_t folder_;  // bytes in which the names of all documents begin alike
    LinePlace line_;      // where the character before stood
    std::vector<LikelyText> likely_;
    SurprisalText text_;
    SurprisingLines lines_;
    WholeCharacters characters_;
};

}  // namespace carousel
