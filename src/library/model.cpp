#include "library/model.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "app/inspection_json.hpp"
#include "library/border.hpp"
#include "model/machine.hpp"
#include "snapshot/model_files.hpp"
#include "text/printable.hpp"

namespace carousel {

// The machine has a copy of the weights: those of the file only take room until somebody asks.
HeldModel::HeldModel(LoadedModel loaded, const ModelSettings& settings, std::string name)
    : loaded_(std::move(loaded)),
      name_(std::move(name)),
      precision_(settings.precision.value_or(loaded_.snapshot.precision)),
      own_(model_on_threads(settings.threads, loaded_.snapshot.model,
                            std::exchange(loaded_.snapshot.weights, {}))),
      readers_([this] { return own_.model->reader(1, precision_); }),
      batches_([this] {
          return std::make_unique<SessionBatch>(*own_.model, loaded_.tokenizer, 1, precision_);
      }) {}

std::unique_lock<std::mutex> HeldModel::turn() {
    if (own_.machine->threads() == 1) return {};
    return std::unique_lock(machine_);
}

void HeldModel::read(const std::function<void(Reader&)>& work) {
    const auto now = turn();
    readers_.use(work);
}

void HeldModel::write(const std::function<void(SessionBatch&)>& work) {
    const auto now = turn();
    batches_.use(work);
}

void HeldModel::keep_weights() {
    auto& weights = loaded_.snapshot.weights;
    if (weights.empty()) weights = own_.model->weights();
}

const std::vector<NamedTensor>& HeldModel::weights() {
    const std::lock_guard lock(kept_);
    keep_weights();
    return loaded_.snapshot.weights;
}

const std::string& HeldModel::description() {
    const std::lock_guard lock(kept_);
    if (!description_.empty()) return description_;
    auto& snapshot = loaded_.snapshot;
    const bool kept = !snapshot.weights.empty();
    keep_weights();  // for their hash
    snapshot.symbols = loaded_.tokenizer.vocabulary().symbols();
    description_ = inspection_json(name_, snapshot);
    snapshot.symbols = {};
    if (!kept) snapshot.weights = {};
    return description_;
}

namespace {

void require_index(std::size_t index, std::size_t count, const char* what) {
    if (index < count) return;
    throw BorderError(
        CAROUSEL_ARGUMENT,
        fmt::format("The model has {} {}, and none has the index {}.", count, what, index));
}

void load(LoadedModel loaded, const Settings& settings, std::string name, carousel_model** model) {
    *model = static_cast<carousel_model*>(
        hand_out(std::make_shared<HeldModel>(std::move(loaded), settings.model, std::move(name))));
}

void tell_weight(const NamedTensor& tensor, carousel_weight* weight) {
    const auto size = [&](std::size_t dimension) {
        return dimension < tensor.shape.size() ? static_cast<std::size_t>(tensor.shape[dimension])
                                               : std::size_t{1};
    };
    fill(weight,
         {.struct_size = 0,
          .name = tensor.name.c_str(),
          .values = tensor.values.data(),
          .count = tensor.values.size(),
          .dimensions = tensor.shape.size(),
          .shape = {size(0), size(1)}},
         "weight");
}

}  // namespace

}  // namespace carousel

using namespace carousel;

carousel_status carousel_load_model(const char* path, carousel_settings* settings,
                                    carousel_model** model) {
    return answer([&] {
        require(model, "model");
        require(path, "path");
        const GivenSettings given(settings, CAROUSEL_FOR_MODEL);
        const auto file = model_file(path);
        load(load_model(file), *given, file.string(), model);
    });
}

carousel_status carousel_load_model_from_memory(const void* bytes, size_t size,
                                                carousel_settings* settings,
                                                carousel_model** model) {
    return answer([&] {
        require(model, "model");
        const auto content = text_of(bytes, size, "bytes");
        const GivenSettings given(settings, CAROUSEL_FOR_MODEL);
        constexpr const char* k_name = "What was given as a model";
        load(load_model(std::as_bytes(std::span(content)), k_name), *given, "", model);
    });
}

carousel_status carousel_free_model(carousel_model* model) {
    return answer([&] { take_back(model, HeldModel::k_kind); });
}

carousel_status carousel_describe_model(carousel_model* model, const char** json) {
    return answer([&] {
        const auto shared = find<HeldModel>(model);
        require(json, "json");
        *json = shared->description().c_str();
    });
}

carousel_status carousel_count_symbols(carousel_model* model, size_t* count) {
    return answer([&] {
        const auto shared = find<HeldModel>(model);
        require(count, "count");
        *count = shared->tokenizer().vocabulary().size();
    });
}

carousel_status carousel_symbol_at(carousel_model* model, size_t index, carousel_symbol* symbol) {
    return answer([&] {
        const auto shared = find<HeldModel>(model);
        const auto& symbols = shared->tokenizer().vocabulary().symbols();
        require_index(index, symbols.size(), "symbols");
        const auto& [kind, text] = symbols[index];
        static_assert(static_cast<int>(SymbolKind::byte) == CAROUSEL_BYTE);
        fill(symbol,
             {.struct_size = 0,
              .kind = static_cast<carousel_symbol_kind>(kind),
              .text = text.c_str(),
              .text_size = text.size()},
             "symbol");
    });
}

carousel_status carousel_count_weights(carousel_model* model, size_t* count) {
    return answer([&] {
        const auto shared = find<HeldModel>(model);
        require(count, "count");
        *count = shared->weights().size();
    });
}

carousel_status carousel_weight_at(carousel_model* model, size_t index, carousel_weight* weight) {
    return answer([&] {
        const auto shared = find<HeldModel>(model);
        const auto& weights = shared->weights();
        require_index(index, weights.size(), "weights");
        tell_weight(weights[index], weight);
    });
}

carousel_status carousel_weight_named(carousel_model* model, const char* name,
                                      carousel_weight* weight) {
    return answer([&] {
        const auto shared = find<HeldModel>(model);
        const auto& weights = shared->weights();
        require(name, "name");
        const auto found = std::ranges::find(weights, std::string_view(name), &NamedTensor::name);
        if (found == weights.end()) {
            throw BorderError(CAROUSEL_ARGUMENT,
                              fmt::format("The model has no weights called \"{}\".",
                                          printable(name, Whitespace::escape)));
        }
        tell_weight(*found, weight);
    });
}

carousel_status carousel_encode(carousel_model* model, const char* text, size_t text_size,
                                uint32_t* symbols, size_t capacity, size_t* count) {
    return answer([&] {
        const auto shared = find<HeldModel>(model);
        require(count, "count");
        if (capacity > 0) require(symbols, "symbols");
        const auto ids = shared->tokenizer().encode(text_of(text, text_size, "text"));
        std::copy_n(ids.begin(), std::min(capacity, ids.size()), symbols);
        *count = ids.size();
    });
}
