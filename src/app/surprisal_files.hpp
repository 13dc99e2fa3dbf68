#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/replace_file.hpp"
#include "base/scratch_file.hpp"
#include "data/corpus.hpp"
#include "evaluation/character_surprisal.hpp"
#include "evaluation/text_place.hpp"

namespace carousel {

/// Each predicted character with its surprisal, in the order of the text: tab-separated values.
/// docs/evaluation.md defines the columns.
class CharacterList {
public:
    /// `corpus` must outlive the object.
    CharacterList(const Corpus& corpus, const std::filesystem::path& scratch_folder);

    void add(const CharacterSurprisal& character);

    /// Writes the list.
    void write(const WriteBytes& write);

private:
    const Corpus& corpus_;
    TextPlace place_;
    ScratchFile rows_;
    std::string row_;
};

/// Each line of the predicted text with its surprisal, the most surprising first: tab-separated
/// values. docs/evaluation.md defines the columns. Memory grows with the lines, not with their
/// length.
class LineList {
public:
    LineList(const Corpus& corpus, const std::filesystem::path& scratch_folder);

    void add(const CharacterSurprisal& character);
    void write(const WriteBytes& write);

private:
    struct Line {
        std::uint64_t document = 0, number = 0;
        std::uint64_t characters = 0;
        double nats = 0;
        std::uint64_t text_begin = 0, text_size = 0;  // in texts_
    };
    void end_line();

    const Corpus& corpus_;
    TextPlace place_;
    ScratchFile texts_;
    std::vector<Line> lines_;
    Line line_;
    std::string text_;
};

/// The lists of surprising characters and lines that a command was asked for.
class SurprisalFiles {
public:
    /// Where they go; `-` is standard output.
    struct Paths {
        std::optional<std::filesystem::path> per_character, per_line;
    };

    /// `corpus` must outlive the object.
    SurprisalFiles(Paths paths, const Corpus& corpus, const std::filesystem::path& scratch_folder);

    /// Adds each character to the lists; empty when none was asked for. The object must outlive it.
    SurprisalVisitor visitor();

    /// Whether one of them goes to standard output, which then holds nothing else.
    bool fill_output() const;

    /// Writes each file whole or not at all, and each also where another one fails; what goes to
    /// standard output is handed to `output`. Throws: InputError naming all that failed.
    void save(const WriteBytes& output);

private:
    Paths paths_;
    std::optional<CharacterList> characters_;
    std::optional<LineList> lines_;
};

}  // namespace carousel
