#include "cli/option_rows.hpp"

#include <string_view>

#include "model/limits.hpp"

namespace carousel {

void add_decoding_of_model(OptionTable& table, Given<DecodingSettings>& given,
                           const char* encoding) {
    const auto add = [&](auto field, const char* standard) {
        add_setting(table, setting_of(field), given[field], standard);
    };
    add(&DecodingSettings::encoding, encoding);
    add(&DecodingSettings::invalid, "as for the model's corpus");
}

void add_patterns(OptionTable& table, std::vector<std::string>& include,
                  std::vector<std::string>& exclude) {
    const auto add = [&](const char* name, auto& patterns, const char* meaning) {
        table.add(name,
                  {"GLOB", "",
                   [&patterns](std::string_view option, const std::string& word) {
                       require_text(option, word);
                       patterns.push_back(word);
                   }},
                  meaning);
    };
    add("include", include,
        "of directories read only such files, as *.txt or poems/**; may be given again");
    add("exclude", exclude, "and none of these");
}

void add_model(OptionTable& table, std::optional<std::filesystem::path>& model) {
    table.add("model", text(model, "FILE"), "a model: its file, or its name in `carousel models`",
              "the newest under models/, else shakespeare");
}

void add_threads(OptionTable& table, std::optional<int>& threads, const char* standard) {
    table.add("threads", whole(threads, {1, k_most_threads}),
              "threads that compute; no result depends on them", standard);
}

void add_json(OptionTable& table, bool& json) {
    table.add("json", flag(json), "one JSON object");
}

void add_common(OptionTable& table, GlobalOptions& global) {
    table.heading("Of every command");
    table.add("quiet", flag(global.quiet),
              "no progress on standard error, only warnings and errors");
    table.add("verbose", flag(global.verbose), "more of it: sizes, settings, figures");
    table.exclude({"quiet", "verbose"});
    table.add("config", text(global.config, "FILE"),
              "options from a file of lines `name = value`; the command line wins");
    table.add("help", {"", "", [](std::string_view, const std::string&) {}},
              "what people need; `--help all` lists every option");
}

}  // namespace carousel
