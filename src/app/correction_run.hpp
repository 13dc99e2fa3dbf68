#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "app/events.hpp"
#include "app/two_sided_model.hpp"
#include "base/replace_file.hpp"
#include "filling/corrector.hpp"
#include "model/setting.hpp"
#include "text/text_descriptions.hpp"
#include "text/tokenizer.hpp"

namespace carousel {

/// A text in which slips shall be found.
struct CorrectionRequest {
    std::filesystem::path file{};                  ///< `-` is standard input
    std::optional<std::filesystem::path> model{};  ///< absent: the newest
    double threshold = 0.5;                        ///< how sure a correction must be, in [0, 1]
    std::optional<std::filesystem::path>
        output{};  ///< of the corrected text; `-` is standard output
    UnknownCharacters unknown = UnknownCharacters::error;  ///< skip: they stay, and are not read
    Given<DecodingSettings> decoding{};  ///< of the file; absent: as the model's corpus was read
    std::optional<int> threads{};
    bool json = false;
};

/// A correction as people see it.
struct ProposedCorrection {
    TextPosition position;
    Slip slip = Slip::substitution;
    std::string before, old, replacement, after;  ///< what stands around it, in its line
    double sure = 0;
    Evidence gain;
};

struct CorrectionReport {
    std::filesystem::path model;
    std::uint64_t characters = 0;
    std::vector<ProposedCorrection> corrections;  ///< in the order of the text
    std::string text;                             ///< with all of them
};

/// Finds slips, and writes the corrected text where that is asked for. `write` is standard output.
/// Throws: as `fill_text`; InputError where the output is there already.
CorrectionReport correct_text(const CorrectionRequest& request, const TellWork& tell,
                              const WriteBytes& write);

/// As one object. `ascii`: with escapes for all that is not.
std::string correction_json(const CorrectionRequest& request, const CorrectionReport& report,
                            bool ascii);

}  // namespace carousel
