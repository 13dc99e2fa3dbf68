#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "app/events.hpp"
#include "app/two_sided_model.hpp"
#include "filling/gap_filler.hpp"
#include "model/setting.hpp"
#include "text/text_descriptions.hpp"
#include "text/tokenizer.hpp"

namespace carousel {

/// How long a filling may be, in characters.
struct LengthRange {
    std::size_t shortest = 1, longest = 20;
};

/// A text with gaps that shall be filled.
struct FillRequest {
    std::filesystem::path file{};                  ///< `-` is standard input
    std::optional<std::filesystem::path> model{};  ///< absent: the newest
    std::string mark = "[...]";                    ///< stands where something is missing
    LengthRange length{};
    std::optional<std::filesystem::path>
        choices{};            ///< a file of lines, of which each may stand there
    std::uint64_t count = 1;  ///< alternatives that are told of each gap
    UnknownCharacters unknown = UnknownCharacters::error;
    Given<DecodingSettings> decoding{};  ///< of the files; absent: as the model's corpus was read
    std::optional<int> threads{};
    bool json = false;
};

/// What may stand in a gap.
struct FilledAlternative {
    std::string text;
    Evidence alone, with_side;  ///< as in `Filling`
    double share = 0;
};

struct FilledGap {
    TextPosition position;                        ///< of the mark, in the text with marks
    std::vector<FilledAlternative> alternatives;  ///< the best first
};

struct FillReport {
    std::filesystem::path model;
    std::vector<FilledGap> gaps;  ///< in the order of the text
    std::string text;             ///< with the best of each
};

/// Fills the gaps of a text from its start to its end, each with what stands before it filled.
/// Throws: UsageError for a text without a mark, characters that the model does not know, and a
/// model that cannot; all errors of reading.
FillReport fill_text(const FillRequest& request, const TellWork& tell);

/// As one object. `ascii`: with escapes for all that is not.
std::string fill_json(const FillRequest& request, const FillReport& report, bool ascii);

}  // namespace carousel
