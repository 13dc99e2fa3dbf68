#include "app/comparison.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "app/model_name.hpp"
#include "app/output_files.hpp"
#include "base/error.hpp"
#include "base/shown_path.hpp"
#include "model/language_model_descriptions.hpp"

namespace carousel {

namespace fs = std::filesystem;

const ComparedCell* find_cell(const Comparison& comparison, CellKind cell) {
    const auto found = std::ranges::find(comparison.cells, cell,
                                         [](const ComparedCell& each) { return each.model.cell; });
    return found == comparison.cells.end() ? nullptr : &*found;
}

ComparedRun* find_run(Comparison& comparison, CellKind cell, std::uint64_t seed) {
    const auto found = std::ranges::find_if(comparison.runs, [&](const ComparedRun& run) {
        return run.cell == cell && run.seed == seed;
    });
    return found == comparison.runs.end() ? nullptr : &*found;
}

std::vector<const ComparedRun*> finished_runs(const Comparison& comparison, CellKind cell) {
    std::vector<const ComparedRun*> runs;
    for (const auto& run : comparison.runs) {
        if (run.cell == cell && run.status == RunStatus::finished) runs.push_back(&run);
    }
    std::ranges::sort(runs, {}, [](const ComparedRun* run) { return run->seed; });
    return runs;
}

fs::path ComparisonFiles::model(CellKind cell, std::uint64_t seed) const {
    return folder / fmt::format("{}-seed-{}.carousel", format_value(cell), seed);
}

ComparisonFiles comparison_files(const ComparisonRequest& request) {
    ComparisonFiles files;
    const auto name = request.corpus.empty() ? "verse" : model_name(request.corpus.front());
    files.folder = request.folder.value_or(fs::path("models") / (name + "-compared"));
    files.html = request.html.value_or(files.folder / "comparison.html");
    std::error_code unknown;
    if (fs::exists(files.folder, unknown) && !fs::is_directory(files.folder, unknown)) {
        throw UsageError(
            fmt::format("--folder {}: that is a file. Name a folder, which is made "
                        "where there is none.",
                        shown_path(files.folder)));
    }
    std::vector<fs::path> read(request.corpus.begin(), request.corpus.end());
    if (request.validation) read.emplace_back(*request.validation);
    read.push_back(files.record());
    read.push_back(files.lock());
    require_output_file("html", files.html, OwnFile::page, read);
    return files;
}

}  // namespace carousel
