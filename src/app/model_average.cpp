#include "app/model_average.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include "app/output_files.hpp"
#include "app/shared_alphabet.hpp"
#include "base/error.hpp"
#include "base/shown_path.hpp"
#include "model/language_model_descriptions.hpp"
#include "snapshot/model_files.hpp"
#include "snapshot/ready_models.hpp"
#include "snapshot/snapshot_file.hpp"

namespace carousel {

namespace {

namespace fs = std::filesystem;

/// Settings that decide what the weights mean: all but that of their first values.
void require_same_model(const fs::path& first, const LanguageModelConfig& a, const fs::path& other,
                        const LanguageModelConfig& b) {
    for_each_setting<LanguageModelConfig>([&](const auto& setting) {
        if constexpr (!std::same_as<decltype(setting.field), float LanguageModelConfig::*>) {
            if (a.*setting.field == b.*setting.field) return;
            throw UsageError(
                fmt::format("Only models of one shape have a mean: the {} of {} is {}, and that of "
                            "{} is {}. `carousel generate --mix` mixes what they say.",
                            noun_of(setting), shown_path(first), format_value(a.*setting.field),
                            shown_path(other), format_value(b.*setting.field)));
        }
    });
}

/// Sums over models of how far they lie from the first, so that equal ones lie nowhere apart.
class Sum {
public:
    explicit Sum(const std::vector<NamedTensor>& first) : first_(first) {
        for (const auto& tensor : first) sums_.emplace_back(tensor.values.size());
    }

    void add(const std::vector<NamedTensor>& weights) {
        for (std::size_t i = 0; i < weights.size(); ++i) {
            for (std::size_t j = 0; j < sums_[i].size(); ++j) {
                const double apart = double{weights[i].values[j]} - double{first_[i].values[j]};
                sums_[i][j] += apart;
                squares_ += apart * apart;
            }
        }
        ++count_;
    }

    void write_mean(std::vector<NamedTensor>& weights) const {
        for (std::size_t i = 0; i < weights.size(); ++i)
            for (std::size_t j = 0; j < sums_[i].size(); ++j)
                weights[i].values[j] = static_cast<float>(mean(i, j));
    }

    double spread() const {
        double length = 0, moved = 0;  // squared: of the mean, and of its way from the first
        for (std::size_t i = 0; i < sums_.size(); ++i) {
            for (std::size_t j = 0; j < sums_[i].size(); ++j) {
                length += mean(i, j) * mean(i, j);
                moved += (sums_[i][j] / count_) * (sums_[i][j] / count_);
            }
        }
        return length > 0 ? std::sqrt(std::max(0.0, squares_ / count_ - moved) / length) : 0;
    }

private:
    double mean(std::size_t i, std::size_t j) const {
        return double{first_[i].values[j]} + sums_[i][j] / count_;
    }

    std::vector<NamedTensor> first_;
    std::vector<std::vector<double>> sums_;
    double squares_ = 0, count_ = 1;
};

/// Whether two models learned from the same text, wherever its files were.
bool same_corpus(CorpusRecord one, const CorpusRecord& other) {
    one.paths = other.paths;
    if (one.validation && other.validation) one.validation->path = other.validation->path;
    return one == other;
}

/// What is said of the first model stays as far as the other agrees with it.
void keep_what_holds(Snapshot& model, const Snapshot& other) {
    model.repertoire = joint_repertoire(model.repertoire, other.repertoire);
    model.step = std::max(model.step, other.step);
    model.epoch = std::max(model.epoch, other.epoch);
    if (same_corpus(model.corpus, other.corpus)) return;
    auto paths = std::move(model.corpus.paths);
    for (const auto& path : other.corpus.paths)
        if (std::ranges::find(paths, path) == paths.end()) paths.push_back(path);
    model.corpus = {};
    model.corpus.paths = std::move(paths);
}

}  // namespace

AveragedModel average_models(const AverageRequest& request) {
    if (request.files.size() < 2) throw UsageError("A mean needs two models or more.");
    const auto first = model_file(request.files.front());
    AveragedModel averaged{
        .file = request.output.value_or(made_of(first)), .spread = 0, .notes = {}};
    if (!request.output) averaged.file.replace_extension(".average.carousel");
    std::vector<fs::path> files;
    for (const auto& file : request.files) files.push_back(model_file(file));
    require_new_file(averaged.file, files);
    auto model = load_snapshot(first);
    Sum sum(model.weights);
    for (std::size_t i = 1; i < files.size(); ++i) {
        const auto& file = files[i];
        const auto other = load_snapshot(file);
        require_same_alphabet(first, model.text, model.symbols, file, other.text, other.symbols);
        require_same_model(first, model.model, file, other.model);
        if (!same_corpus(model.corpus, other.corpus))
            averaged.notes.push_back(fmt::format("{} and {} learned from different texts.",
                                                 shown_path(first), shown_path(file)));
        keep_what_holds(model, other);
        sum.add(other.weights);
    }
    sum.write_mean(model.weights);
    averaged.spread = sum.spread();
    model.program =
        fmt::format("carousel {}, the mean of {} models", CAROUSEL_VERSION, request.files.size());
    model.fine_tuned_from.reset();
    model.teachers.clear();
    model.validation_loss.reset();
    model.best.reset();
    model.history.clear();
    model.state.reset();
    model.precision = Precision::float32;
    save_snapshot(averaged.file, model);
    return averaged;
}

}  // namespace carousel
