#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "app/loaded_model.hpp"

namespace carousel {

/// A model as a page that writes.
struct ModelPage {
    std::string html;
    bool rounded =
        false;  ///< its text is that of the model stored in 8 bits, not of this one in 8 bits
};

/// A page for a browser in which the model writes, called `title`. It holds what the model needs to
/// write and what a reader may want to know of it: no path, no name of a text, no settings of the
/// training. Throws: UsageError when the model has learned nothing but bytes that are no text.
ModelPage model_page(const LoadedModel& loaded, std::string_view title);

/// What was written.
struct WrittenPage {
    std::filesystem::path model;
    std::uintmax_t bytes = 0;
    bool rounded = false;
};

/// Writes the page of the model `named`, or of the default one, to `page`. Throws: Error.
WrittenPage write_model_page(const std::optional<std::filesystem::path>& named,
                             const std::filesystem::path& page);

}  // namespace carousel
