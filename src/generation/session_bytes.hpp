#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "generation/session.hpp"
#include "model/language_model_config.hpp"
#include "text/tokenizer.hpp"

namespace carousel {

// A session in bytes: little-endian, fixed width, texts and lists behind a count of 8 bytes.
//
//     "carousel session"               16 bytes
//     version                          4 bytes, 3
//     model: cell word, symbols, layers, hidden size; SHA-256 of the alphabet and its unit
//     config, progress, unread and recent ids, places in UTF-8 and text, as SessionRecord has them
//     memory: hidden, then states      floats, as many as the model's shape says
//     SHA-256 of everything before     32 bytes
//
// The weights of the model are not in it: who restores a session brings the model.

/// The session in bytes, for a file, a database or another process.
std::vector<std::byte> save_session(const Session& session, const LanguageModelConfig& model);

/// The session as it was saved: it goes on with the same text. Takes no more memory than the bytes
/// and the memory of one stream.
/// Throws: SnapshotError when the bytes are no session, are damaged, come from another version or
/// belong to a model of another shape or alphabet.
Session restore_session(std::span<const std::byte> bytes, const Tokenizer& tokenizer,
                        const LanguageModelConfig& model);

}  // namespace carousel
