#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace carousel {

// What any longer work tells while it goes on. Trainings tell more: `training_events.hpp`.

/// A sentence or two for people: what was shrunk or chosen, and why. Harmless for a
/// terminal, as all texts of events but samples are.
struct Note {
    std::string text;
};

/// The same, for those who want to know more.
struct Detail {
    std::string text;
};

/// The same, of what was left out of a text.
struct Skipped {
    std::string text;
};

/// The same, of what went wrong without ending the work.
struct Warning {
    std::string text;
};

/// How far a part of the work is.
struct Progress {
    std::string_view what;          ///< "reading the text"; valid during the call
    std::optional<double> share{};  ///< in [0, 1]; absent where nobody knows
};

using WorkEvent = std::variant<Note, Detail, Skipped, Warning, Progress>;
using TellWork = std::function<void(const WorkEvent&)>;

/// A listener for `std::visit` made of one function for each kind of event that it hears.
template <class... Functions>
struct Hear : Functions... {
    using Functions::operator()...;
};
template <class... Functions>
Hear(Functions...) -> Hear<Functions...>;

}  // namespace carousel
