#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/corpus_config.hpp"
#include "data/document_content.hpp"
#include "data/message.hpp"
#include "model/communicator.hpp"
#include "text/character_counts.hpp"
#include "text/repertoire.hpp"
#include "text/vocabulary.hpp"

namespace carousel {

// What process 0 (data/reading_processes.hpp) and the others (data/corpus_share.hpp) tell each
// other of a corpus that they read together: a request, and an answer to each.

enum class CorpusRequest : std::uint8_t {
    see,         ///< some files -> whether they are here, too
    look,        ///< settings, files -> what was found in each; from now on these are the share
    count,       ///< settings -> characters of the share and how often each occurs
    encode,      ///< settings, symbols -> how much text there is, checkpoints, digests
    copy,        ///< row, first token, how many -> tokens of the share
    repertoire,  ///< tokens [begin, end) of the share -> what occurs there
};

/// How a request ended; what follows is the answer, or the message of the error.
enum class CorpusAnswer : std::uint8_t { given, wrong_use, wrong_input };

/// A file as one process sees it, which has to be the same for another one that reads it.
struct SeenFile {
    FileToLookAt file{};
    std::uint64_t size = 0;
    std::int64_t changed = 0;  ///< ticks of the file system's clock

    bool operator==(const SeenFile& other) const = default;
};

/// Of a file that cannot be seen, size and time are 0.
SeenFile seen_file(const FileToLookAt& file);

void put_message(MessageWriter& message, const SeenFile& file);
void put_message(MessageWriter& message, const FindSettings& settings);
void put_message(MessageWriter& message, const LookedAt& looked);  ///< without path and spool
void put_message(MessageWriter& message, const CorpusConfig& config);
void put_message(MessageWriter& message, const CharacterCounts& counts);
void put_message(MessageWriter& message, const Vocabulary& vocabulary);
void put_message(MessageWriter& message, const Repertoire& repertoire);

SeenFile get_seen_file(MessageReader& message);
FindSettings get_find_settings(MessageReader& message);
LookedAt get_looked_at(MessageReader& message);
/// With the vocabulary, where one is given and fixed.
CorpusConfig get_corpus_config(MessageReader& message);
void add_counts(MessageReader& message, CharacterCounts& counts);
Vocabulary get_vocabulary(MessageReader& message);
Repertoire get_repertoire(MessageReader& message);

/// Waits for a message of another process.
std::vector<std::byte> receive_message(Communicator& communicator, int from);
void send_message(Communicator& communicator, int to, std::span<const std::byte> bytes);

}  // namespace carousel
