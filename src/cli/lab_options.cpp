#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "app/comparison_request.hpp"
#include "app/output_files.hpp"
#include "base/error.hpp"
#include "cli/command_options.hpp"
#include "cli/option_rows.hpp"
#include "text/printable.hpp"

namespace carousel {

OptionTable option_table(LabOptions& o, GlobalOptions& global) {
    OptionTable table(
        "lab [TASK...] [OPTION...]",
        "Runs experiments of Hochreiter & Schmidhuber 1997 again, beside what their paper "
        "reports: 1, 2a, 2b, 2c, 3a, 3b, 3c, 4, 5, 6a, 6b, and xor and count, in which they "
        "expect failure. Without a TASK it lists them; the word gradients has it show how "
        "gradients vanish.");
    table.heading("Which task");
    table.add("length", whole(o.length, {2, 100'000}), "T of 3 to 6: least steps of a sequence",
              "100");
    table.add("symbols", whole(o.symbols, {1, 10'000}), "p of 2: distinct symbols between",
              "100; 2c: 50");
    table.add("lag", whole(o.lag, {1, 100'000}), "q of 2c: least symbols between", "50");
    table.add("signal", whole(o.signal, {1, 1'000}), "N of 3: elements that tell the class", "3");
    table.add("most-wrong", whole(o.most_wrong, {0, 1'999}),
              "answers of the latest 2,000, in task 3 of 256, that may be wrong at the end",
              "as in the paper; 5: 139, or 12 as there");
    table.heading("How it is learned");
    table.add("rules", choice(o.rules),
              "nets of 1997 with their truncated gradient; a layer of this program with Adam; or "
              "weights that are guessed",
              std::string(format_value(o.rules)));
    table.add("cell", choice(o.cell), "of --rules modern", "lstm");
    table.add("units", whole(o.hidden_size, {1, 1'024}),
              "of --rules modern, or of the nets that are guessed beside their outputs",
              "as the task needs");
    table.add("blocks", whole(o.blocks, {1, 100}), "of memory cells, in nets of 1997",
              "as in the paper");
    table.add("block-size", whole(o.block_size, {1, 100}), "cells of a block", "as in the paper");
    table.add("no-gate-weights", flag(o.fed_by_gates, false),
              "leave out the weights from gates to cells and gates, in nets of 1997");
    table.add("learning-rate", real(o.learning_rate, {1e-6, 100}), "of the updates",
              "as in the paper");
    table.add("limit", whole(o.limit, {1, 1'000'000'000}),
              "training sequences after which a trial has failed", "200,000 to 10 millions");
    table.heading("Gradients");
    table.add("cells",
              {"NAMES", "",
               [&o](std::string_view name, const std::string& word) {
                   o.gradient_request.cells = parse_cells(name, word);
               }},
              "cells of this program whose gradients are watched", "rnn,lstm1997,lstm,gru");
    table.add("updates", whole(o.gradient_request.updates, {0, 1'000'000}),
              "batches of task 6a until a net counts as trained",
              format_value(o.gradient_request.updates));
    table.add("svg", text(o.gradient_request.svg, "FILE.svg"), "the curves as a drawing");
    table.heading("Trials");
    table.add("trials", whole(o.trials, {1, 10'000}), "nets that begin with other weights",
              "as in the paper, or 10");
    table.add("first-trial", whole(o.first_trial, {0, 9'999}),
              "number of the first of them: parts of a run side by side, whose files can be put "
              "one behind another",
              format_value(o.first_trial));
    table.add("seed", whole(o.seed, {}), "same seed, same result", format_value(o.seed));
    add_threads(table, o.threads, "the physical cores at hand");
    table.heading("Output");
    table.add("output", text(o.output, "FILE.jsonl"),
              "where trials are kept; the same command goes on where it was", "lab/NAME.jsonl");
    table.add("html", text(o.html, "PAGE.html"), "the tables as a page");
    add_json(table, o.json);
    add_common(table, global);
    table.need({"rules", "cell", "length", "trials", "html", "json"});
    return table;
}

void finish_options(LabOptions& o, std::vector<std::string> words) {
    require_named_file("html", o.html);
    require_named_file("output", o.output);
    if (words == std::vector<std::string>{"gradients"}) {
        o.gradients = true;
        return;
    }
    if (o.gradient_request.svg)
        throw UsageError("--svg draws what `carousel lab gradients` finds.");
    for (const auto& word : words) {
        const auto& names = k_words<LabTask>;
        const auto found = std::ranges::find(names, word);
        if (found == names.end()) {
            throw UsageError(fmt::format("There is no task \"{}\" in the lab, but {}.",
                                         printable(word, Whitespace::escape),
                                         fmt::join(names, ", ")));
        }
        o.tasks.push_back(static_cast<LabTask>(found - names.begin()));
    }
    for (const auto task : o.tasks) lab_run(o, task);
}

}  // namespace carousel
