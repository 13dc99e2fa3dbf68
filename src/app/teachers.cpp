#include "app/teachers.hpp"

#include <fmt/format.h>

#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "app/shared_alphabet.hpp"
#include "app/stored_text.hpp"
#include "base/error.hpp"
#include "base/shown_path.hpp"
#include "model/two_nets.hpp"
#include "snapshot/model_files.hpp"
#include "snapshot/ready_models.hpp"
#include "snapshot/snapshot_file.hpp"
#include "snapshot/weights_hash.hpp"

namespace carousel {

namespace {

namespace fs = std::filesystem;

// By its name, or around the model, where its text is looked for, too.
Snapshot teacher_as_it_was(const Origin& origin, const fs::path& model) {
    std::string why = "is gone";
    std::vector<fs::path> files{model_file(origin.name)};
    for (const auto& place : stored_places({origin.name}, model)) files.emplace_back(place.front());
    for (const auto& file : files) {
        std::error_code unknown;
        if (!fs::is_regular_file(file, unknown)) continue;
        auto teacher = load_snapshot(file);
        if (weights_sha256(teacher) == origin.weights) return teacher;
        why = "is another model now";
    }
    throw InputError(fmt::format(
        "This run learned from {}, which {}: without it the run cannot go on as it began. Put the "
        "file back, or start a new training, --from this model if you like.",
        shown_path(origin.name), why));
}

}  // namespace

Teachers::Teachers(const Config& config) {
    if (config.stored != nullptr) {
        for (const auto& origin : config.stored->teachers)
            add(origin.name, teacher_as_it_was(origin, config.model), config);
    }
    for (const auto& name : config.request.teachers) {
        const auto file = model_file(name);
        // A ready model keeps its name, under which it is found wherever the program is.
        add(is_ready_model(file) ? name : file, load_snapshot(file), config);
    }
    if (empty()) return;
    together_ = models_.front().get();
    if (models_.size() == 1) return;
    std::vector<MixedModel::Part> parts;
    for (const auto& model : models_) parts.push_back({.model = model.get()});
    mixed_ = std::make_unique<MixedModel>(std::move(parts));
    together_ = mixed_.get();
}

std::vector<LanguageModelConfig> Teachers::shapes() const {
    std::vector<LanguageModelConfig> shapes;
    for (const auto& model : models_) shapes.push_back(model->config());
    return shapes;
}

void Teachers::add(const fs::path& name, Snapshot teacher, const Config& config) {
    const auto& corpus = config.text.corpus();
    require_same_alphabet(name, teacher.text, teacher.symbols, config.model, config.text.settings(),
                          corpus.vocabulary().symbols());
    origins_.push_back({name.string(), weights_sha256(teacher)});
    models_.push_back(config.machine.model(
        one_net(teacher.model), tensors_of(Way::forward, teacher.model, teacher.weights)));
}

}  // namespace carousel
