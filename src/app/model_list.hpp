#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace carousel {

/// A model that can be named to a command, and what a line tells of it.
struct ListedModel {
    std::string name;  ///< what `--model` takes
    std::filesystem::path file;
    bool ready = false;                       ///< it comes with the program
    std::uintmax_t bytes = 0;                 ///< of the file
    std::filesystem::file_time_type written;  ///< when its training ended, or the file came
    std::string unreadable{};                 ///< why nothing more is known; empty: it is known
    std::string corpus{};                     ///< names without folders
    std::uint64_t parameters = 0;
    std::optional<double> loss{};  ///< nats per character on its validation text
    double seconds = 0;            ///< of its training; 0: unknown
};

/// The models right in `models/` of the current folder, the newest first, then those that come with
/// the program, by name. A file that is no model is among them, with the reason.
std::vector<ListedModel> list_models();

/// A line for each, below a line of headings, in columns; control characters and the like are
/// shown, not sent. `models` must not be empty.
std::string models_table(const std::vector<ListedModel>& models);

/// A list of JSON objects.
std::string models_json(const std::vector<ListedModel>& models);

}  // namespace carousel
