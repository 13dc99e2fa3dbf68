#include "app/model_mix.hpp"

#include <cstddef>
#include <utility>

#include "app/machines.hpp"
#include "app/shared_alphabet.hpp"
#include "snapshot/model_files.hpp"

namespace carousel {

ModelMix::ModelMix(const std::vector<MixShare>& shares, LoadedModel& first)
    : precision_(first.snapshot.precision) {
    const auto first_file = model_file(shares.front().model);
    auto repertoire = first.tokenizer.repertoire();
    std::vector<LanguageModelConfig> configs{first.snapshot.model};
    for (const auto& [model, share] : shares) {
        shares_.push_back(share);
        if (shares_.size() == 1) continue;
        const auto file = model_file(model);
        auto [snapshot, tokenizer, backward] = load_model(file);
        require_same_alphabet(first_file, first.tokenizer.settings(),
                              first.tokenizer.vocabulary().symbols(), file, tokenizer.settings(),
                              tokenizer.vocabulary().symbols());
        repertoire = joint_repertoire(repertoire, tokenizer.repertoire());
        if (snapshot.precision == Precision::float32) precision_ = Precision::float32;
        configs.push_back(snapshot.model);
        others_.push_back(std::move(snapshot));
    }
    first.tokenizer =
        Tokenizer(first.tokenizer.settings(), first.tokenizer.vocabulary(), std::move(repertoire));
    config_ = MixedModel::shape_of(configs);
}

const Model& ModelMix::on_threads(int threads, LoadedModel& first) {
    machine_ = make_machine(threads);
    const auto make = [&](Snapshot& snapshot) {
        models_.push_back(machine_->model(snapshot.model, std::exchange(snapshot.weights, {})));
    };
    make(first.snapshot);
    for (auto& other : others_) make(other);
    std::vector<MixedModel::Part> parts;
    for (std::size_t i = 0; i < models_.size(); ++i)
        parts.push_back({.model = models_[i].get(), .share = shares_[i]});
    mixed_ = std::make_unique<MixedModel>(std::move(parts));
    return *mixed_;
}

}  // namespace carousel
