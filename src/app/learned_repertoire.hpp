#pragma once

#include <optional>

#include "app/training_text.hpp"
#include "snapshot/snapshot.hpp"
#include "text/repertoire.hpp"

namespace carousel {

/// What a model will have learned to write after a training on this text. `stored`: the snapshot
/// that it starts from, whose repertoire stays, or null. Absent: not known, since that of `stored`
/// is not.
std::optional<Repertoire> learned_repertoire(const TrainingText& text, const Snapshot* stored);

}  // namespace carousel
