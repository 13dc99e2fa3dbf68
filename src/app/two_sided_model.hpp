#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "app/events.hpp"
#include "app/loaded_model.hpp"
#include "base/token_id.hpp"
#include "model/machine.hpp"
#include "model/model.hpp"

namespace carousel {

/// A model file with two nets, both in use.
struct TwoSidedModel {
    std::filesystem::path file;
    LoadedModel loaded;
    std::unique_ptr<Machine> machine;
    std::unique_ptr<Model> forward, backward;
    std::vector<TokenId> alphabet;  ///< characters that the training has seen
};

/// The model that is meant (`find_model`), for a command of this name.
/// Throws: UsageError for a model of one net, and for one of bytes; as `load_model`.
TwoSidedModel load_two_sided(const std::optional<std::filesystem::path>& named,
                             std::optional<int> threads, const char* command, const TellWork& tell);

/// Where in a text something stands, for people: lines and columns from 1, characters from 0.
struct TextPosition {
    std::uint64_t character = 0, line = 1, column = 1;
};

/// Positions of places that only rise, in a text.
class PositionFinder {
public:
    /// `text` outlives the object.
    PositionFinder(std::string_view text, Unit unit) : text_(text), unit_(unit) {}

    /// Range: a byte at which a character begins, none before the last.
    TextPosition at(std::size_t byte);

private:
    std::string_view text_;
    Unit unit_;
    std::size_t byte_ = 0;
    TextPosition position_;
};

}  // namespace carousel
