#include "app/lab_json.hpp"

#include <nlohmann/json.hpp>

#include "base/words.hpp"
#include "lab/paper_net.hpp"

namespace carousel {

namespace {

using Json = nlohmann::ordered_json;

}  // namespace

std::string lab_start_line(const TrialConfig& config) {
    const auto& e = config.experiment;
    Json line{{"event", "start"},
              {"program", "carousel lab"},
              {"task", format_value(e.task)},
              {"rules", format_value(config.rules)}};
    if (config.rules == LabRules::modern) line["cell"] = format_value(config.cell);
    if (config.hidden_size > 0) line["hidden_size"] = config.hidden_size;
    const auto add = [&](const char* name, int value) {
        if (value > 0) line[name] = value;
    };
    add("length", e.length);
    add("symbols", e.symbols);
    add("lag", e.lag);
    add("signal", e.signal);
    if (config.rules == LabRules::paper) {
        line["blocks"] = e.blocks;
        line["block_size"] = e.block_size;
        line["weights"] = memory_net_shape(e).weights();
        if (!e.fed_by_gates) line["fed_by_gates"] = false;
        line["learning_rate"] = e.learning_rate;
    }
    line["tolerance"] = e.tolerance;
    line["mean_error"] = e.mean_error;
    line["most_wrong"] = e.most_wrong;
    line["limit"] = e.limit;
    line["seed"] = config.seed;
    return line.dump() + '\n';
}

std::string lab_trial_line(const TrialResult& result, std::size_t number) {
    Json line{{"event", "trial"},
              {"trial", number},
              {"solved", result.solved},
              {"sequences", result.sequences}};
    if (result.first) line["first"] = *result.first;
    if (result.test) {
        line["test"] = {{"sequences", result.test->sequences},
                        {"wrong", result.test->wrong},
                        {"mean_error", result.test->mean_error},
                        {"mean_square", result.test->mean_square}};
    }
    return line.dump() + '\n';
}

std::string lab_json(const LabReport& report) {
    auto text = lab_start_line(report.config);
    for (std::size_t i = 0; i < report.records.size(); ++i)
        if (report.records[i].result) text += lab_trial_line(*report.records[i].result, i);
    const auto& own = report.summary;
    Json end{{"event", "end"},       {"complete", report.complete}, {"trials", own.trials},
             {"solved", own.solved}, {"sequences", own.sequences},  {"fewest", own.fewest},
             {"most", own.most}};
    if (own.first > 0) end["first"] = own.first;
    if (own.wrong) end["wrong"] = *own.wrong;
    if (own.mean_square) end["mean_square"] = *own.mean_square;
    if (report.published) {
        const auto& paper = *report.published;
        Json row{{"trials", paper.trials},
                 {"solved_percent", paper.solved_percent},
                 {"sequences", paper.sequences}};
        if (paper.first_sequences > 0) row["first"] = paper.first_sequences;
        if (paper.most > 0) {
            row["fewest"] = paper.fewest;
            row["most"] = paper.most;
        }
        if (paper.wrong) row["wrong"] = *paper.wrong;
        end["paper"] = row;
    }
    return text + end.dump() + '\n';
}

}  // namespace carousel
