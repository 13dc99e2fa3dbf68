#include "app/model_list.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <nlohmann/json.hpp>
#include <system_error>

#include "app/corpus_names.hpp"
#include "app/inspection_json.hpp"
#include "base/error.hpp"
#include "base/quantity.hpp"
#include "snapshot/found_model.hpp"
#include "snapshot/model_files.hpp"
#include "snapshot/ready_models.hpp"
#include "snapshot/snapshot_file.hpp"
#include "text/printable.hpp"

namespace carousel {

namespace {

namespace fs = std::filesystem;

constexpr const char* k_comes_with = "comes with Carousel";

void read_facts(ListedModel& model) {
    try {
        const auto snapshot = load_snapshot(model.file);
        model.corpus = title_of(snapshot.corpus.paths);
        model.parameters = stored_parameters(snapshot);
        model.loss = snapshot.validation_loss;
        if (!snapshot.history.empty()) model.seconds = snapshot.history.back().seconds;
    } catch (const Error& error) {
        model.unreadable = error.what();
    }
}

ListedModel listed(const FoundModel& found) {
    std::error_code unknown;
    const auto bytes = fs::file_size(found.path, unknown);
    ListedModel model{.name = found.path.stem().string(),
                      .file = found.path,
                      .bytes = unknown ? 0 : bytes,
                      .written = found.written};
    read_facts(model);
    return model;
}

/// In the time of the place where the machine is, to the minute; days sort as they stand.
std::string shown_time(fs::file_time_type time) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(
        time - fs::file_time_type::clock::now() +
        std::chrono::system_clock::now().time_since_epoch());
    return fmt::format("{:%Y-%m-%d %H:%M}", fmt::localtime(seconds.count()));
}

std::string when(const ListedModel& model) {
    const auto took = model.seconds > 0 ? format_duration(model.seconds) : std::string();
    const auto at = model.ready ? std::string(k_comes_with) : shown_time(model.written);
    return took.empty() ? at : fmt::format("{}, {}", at, took);
}

using Row = std::array<std::string, 5>;

Row row_of(const ListedModel& model) {
    const auto size = format_bytes(static_cast<double>(model.bytes));
    if (!model.unreadable.empty()) return {model.name, size, "", when(model), model.unreadable};
    return {model.name, size, model.loss ? fmt::format("{:.3f}", *model.loss) : "", when(model),
            model.corpus};
}

std::string padded(std::string text, std::size_t columns) {
    const auto width = display_width(text);
    if (width < columns) text.append(columns - width, ' ');
    return text;
}

}  // namespace

std::vector<ListedModel> list_models() {
    std::vector<ListedModel> models;
    auto trained = models_in("models");
    std::ranges::reverse(trained);
    for (const auto& found : trained) models.push_back(listed(found));
    const auto folder = ready_folder();
    if (!folder) return models;
    auto ready = models_in(*folder);
    std::ranges::sort(ready, {}, &FoundModel::path);
    for (const auto& found : ready) {
        auto model = listed(found);
        model.ready = true;
        // Its name means the trained one: its file has to be named.
        if (std::ranges::find(models, model.name, &ListedModel::name) != models.end())
            model.name = model.file.string();
        models.push_back(std::move(model));
    }
    return models;
}

std::string models_table(const std::vector<ListedModel>& models) {
    std::vector<Row> rows{{"NAME", "SIZE", "LOSS", "TRAINED", "FROM"}};
    for (const auto& model : models) {
        auto row = row_of(model);
        for (auto& cell : row) cell = printable(cell, Whitespace::escape);
        rows.push_back(std::move(row));
    }
    std::array<std::size_t, std::tuple_size_v<Row>> widths{};
    for (const auto& row : rows)
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], display_width(row[i]));
    std::string text;
    for (const auto& row : rows) {
        for (std::size_t i = 0; i + 1 < row.size(); ++i) text += padded(row[i], widths[i]) + "  ";
        text += row.back() + '\n';
    }
    return text;
}

std::string models_json(const std::vector<ListedModel>& models) {
    auto json = nlohmann::ordered_json::array();
    for (const auto& model : models) {
        json.push_back({{"name", model.name},
                        {"file", model.file.string()},
                        {"ready", model.ready},
                        {"bytes", model.bytes},
                        {"corpus", model.corpus},
                        {"parameters", model.parameters},
                        {"validation_loss", model.loss ? nlohmann::ordered_json(*model.loss)
                                                       : nlohmann::ordered_json()},
                        {"seconds", model.seconds},
                        {"unreadable", model.unreadable}});
    }
    return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + '\n';
}

}  // namespace carousel
