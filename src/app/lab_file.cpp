#include "app/lab_file.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

#include "app/lab_json.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "base/replace_file.hpp"
#include "base/shown_path.hpp"

namespace carousel {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint64_t k_largest_file = std::uint64_t{1} << 30;
constexpr std::size_t k_most_trials = 100'000;

std::string kept_line(const TrialRecord& record, std::size_t number) {
    if (record.result) return lab_trial_line(*record.result, number);
    const Json line{{"event", "trial under way"},
                    {"trial", number},
                    {"sequences", record.sequences},
                    {"state", record.stored}};
    return line.dump() + '\n';
}

TrialRecord record_of(const Json& line) {
    TrialRecord record{.sequences = line.at("sequences").get<std::uint64_t>()};
    if (line.contains("state")) {
        record.stored = line.at("state").get<std::vector<double>>();
        return record;
    }
    TrialResult result{.solved = line.at("solved").get<bool>(), .sequences = record.sequences};
    if (line.contains("first")) result.first = line.at("first").get<std::uint64_t>();
    if (line.contains("test")) {
        const auto& test = line.at("test");
        result.test = {.sequences = test.at("sequences").get<int>(),
                       .wrong = test.at("wrong").get<int>(),
                       .mean_error = test.at("mean_error").get<double>(),
                       .mean_square = test.at("mean_square").get<double>()};
    }
    record.result = result;
    return record;
}

std::vector<TrialRecord> records_of(const LabRun& run, std::string_view text) {
    std::vector<TrialRecord> records(static_cast<std::size_t>(run.trials));
    const auto start = lab_start_line(run.config);
    for (bool first = true; !text.empty(); first = false) {
        const auto end = text.find('\n');
        if (end == std::string_view::npos) throw std::invalid_argument("a line is cut");
        const auto words = text.substr(0, end + 1);
        text.remove_prefix(words.size());
        if (words == start) continue;  // there may be several: of files put one behind another
        if (first) throw std::invalid_argument("another run");
        const auto line = Json::parse(words);
        const auto number = line.at("trial").get<std::size_t>();
        if (number >= k_most_trials) throw std::invalid_argument("too many trials");
        if (number >= records.size()) records.resize(number + 1);
        auto& record = records[number];
        if (!record.result) record = record_of(line);
    }
    return records;
}

}  // namespace

std::vector<TrialRecord> read_lab_file(const LabRun& run) {
    std::error_code unknown;
    const auto status = std::filesystem::status(run.file, unknown);
    if (status.type() == std::filesystem::file_type::not_found)
        return std::vector<TrialRecord>(static_cast<std::size_t>(run.trials));
    try {
        return records_of(run, read_file(run.file, k_largest_file));
    } catch (const std::exception& error) {
        if (dynamic_cast<const Error*>(&error) != nullptr) throw;
        throw InputError(
            fmt::format("{} is not a file of this run: its task, sizes, rules or seed are others, "
                        "or it is damaged. Remove it, or name another one with --output.",
                        shown_path(run.file)));
    }
}

void write_lab_file(const LabRun& run, const std::vector<TrialRecord>& records) {
    auto text = lab_start_line(run.config);
    for (std::size_t i = 0; i < records.size(); ++i) {
        if (records[i].result || !records[i].stored.empty()) text += kept_line(records[i], i);
    }
    replace_file(run.file, OwnFile::log, [&](const WriteBytes& write) {
        write(std::as_bytes(std::span(text.data(), text.size())));
    });
}

}  // namespace carousel
