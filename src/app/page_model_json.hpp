#pragma once

#include <nlohmann/json.hpp>

#include "app/loaded_model.hpp"
#include "web/packed_model.hpp"

namespace carousel {

/// A model as a page computes it: what it is, for the page's scripts, and its weights.
struct PageModel {
    nlohmann::ordered_json model, tensors;
    PackedModel packed;
};

/// Range: a recurrent net.
PageModel page_model(const LoadedModel& loaded);

}  // namespace carousel
