#include "cli/average.hpp"

#include <fmt/format.h>

#include "base/shown_path.hpp"
#include "cli/screen.hpp"

namespace carousel {

int average(const AverageRequest& request, const GlobalOptions& global) {
    Screen screen(global);
    const auto averaged = average_models(request);
    for (const auto& note : averaged.notes) screen.line(note);
    if (averaged.spread > k_spread_of_strangers)
        screen.warning(
            "carousel: these models lie far apart, as those do that began with different weights: "
            "their mean knows next to nothing. `carousel generate --mix` mixes what they say.");
    screen.line(
        fmt::format("{} is written, the mean of {} models that lie {:.2g} of its length from "
                    "it. `carousel evaluate` tells how good it is.",
                    shown_path(averaged.file), request.files.size(), averaged.spread));
    return 0;
}

}  // namespace carousel
