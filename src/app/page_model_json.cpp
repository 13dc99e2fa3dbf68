#include "app/page_model_json.hpp"

#include <utility>

#include "base/words.hpp"
#include "model/language_model_descriptions.hpp"
#include "model/parameter.hpp"

namespace carousel {

PageModel page_model(const LoadedModel& loaded) {
    using Json = nlohmann::ordered_json;
    const auto& config = loaded.snapshot.model;
    // As a machine has them: it takes away what a cell has no room for.
    const auto own = model_on_threads(1, config, loaded.snapshot.weights);
    auto packed = pack_model(config, own.model->weights());
    Json tensors = Json::array();
    for (const auto& tensor : packed.tensors)
        tensors.push_back({tensor.name, tensor.in_8_bits ? "level" : "float", tensor.shape});
    return {{{"cell", format_value(config.cell)},
             {"layers", config.layers},
             {"hidden_size", config.hidden_size},
             {"output_input", sums_layers(config) ? "sum" : "top"}},
            std::move(tensors),
            std::move(packed)};
}

}  // namespace carousel
