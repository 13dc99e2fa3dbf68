#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "report/page.hpp"
#include "snapshot/snapshot.hpp"

namespace carousel {

/// What a model file says, for people: a row for each thing, any text. JSON has all of it.
std::vector<PageRow> inspection_rows(const std::filesystem::path& file, const Snapshot& snapshot);

/// Some records of the history, evenly spaced, the last one among them; empty where there is none.
std::string history_table(const std::vector<HistoryRecord>& history);

}  // namespace carousel
