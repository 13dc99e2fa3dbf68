#include "cli/generate.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cmath>
#include <csignal>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "base/file.hpp"
#include "base/quantity.hpp"
#include "base/random.hpp"
#include "cli/adapted_model.hpp"
#include "cli/loaded_model.hpp"
#include "cli/option_values.hpp"
#include "cli/output.hpp"
#include "cli/screen.hpp"
#include "generation/generator.hpp"
#include "text/normalization.hpp"
#include "text/printable.hpp"

namespace carousel {

namespace {

using Json = nlohmann::ordered_json;

const char* name_of(SampleEnd end) {
    switch (end) {
        case SampleEnd::length:
            return "length";
        case SampleEnd::stop:
            return "stop";
        case SampleEnd::document:
            return "document";
    }
    return "";
}

struct Prompt {
    std::string text;
    std::vector<TokenId> ids;
};

Prompt read_prompt(const GenerateOptions& options, const Tokenizer& tokenizer,
                   const DecodingSettings& decoding) {
    auto text = options.prompt_file
                    ? read_text(*options.prompt_file, tokenizer.settings().unit, decoding)
                    : unescape(options.prompt.value_or(""));
    auto ids = tokenizer.encode(text, options.unknown);
    return {std::move(text), std::move(ids)};
}

std::string stop_text(const GenerateOptions& options, const TextSettings& settings) {
    const std::string stop = unescape(options.stop.value_or(""));
    return settings.unit == Unit::byte ? stop : normalize(stop, settings);
}

/// Shows the samples in order: the first as it is written, the others when all have ended.
class SampleWriter {
public:
    SampleWriter(const GenerateOptions& options, std::string prompt)
        : raw_(options.raw), prompt_(options.echo ? std::move(prompt) : "") {}

    void begin(std::int64_t sample, std::int64_t count) {
        if (sample > 0) {
            output_.end_line();
            output_.write(fmt::format("--- sample {} of {} ---\n", sample + 1, count));
        }
        write(prompt_);
    }

    void write(std::string_view text) {
        output_.write(output_.is_terminal() && !raw_ ? printable(text) : std::string(text));
    }

    /// A pipe gets the samples as they are, a terminal a whole last line.
    void end() {
        if (output_.is_terminal()) output_.end_line();
    }

    void write_json(const Json& json) {
        // Escapes keep a terminal safe; programs that read a pipe like plain UTF-8 better.
        output_.write(json.dump(2, ' ', output_.is_terminal(), Json::error_handler_t::replace) +
                      "\n");
    }

private:
    bool raw_;
    std::string prompt_;
    Output output_;
};

// What the model learned before it wrote; null where nothing.
Json adapted_json(const GenerateOptions& options, const std::optional<AdaptationReport>& report) {
    if (!report) return {};
    const auto config = adaptation_config(options.adaptation);
    return {
        {"file", options.adapt->string()},   {"symbols", report->symbols},
        {"nats_per_symbol", report->nats},   {"learning_rate", as_written(config.learning_rate)},
        {"decay", as_written(config.decay)}, {"segment", config.segment}};
}

Json to_json(const GeneratorConfig& config, const std::filesystem::path& model,
             const std::string& prompt, const std::vector<std::string>& texts,
             const std::vector<SampleReport>& reports) {
    const auto& sampler = config.sampler;
    Json json{{"model", model.string()},
              {"precision", format_value(config.precision)},
              {"seed", config.seed},
              {"prompt", prompt},
              {"length", config.length},
              {"temperature", as_written(sampler.temperature)},
              {"top_k", sampler.top_k > 0 ? Json(sampler.top_k) : Json()},
              {"top_p", as_written(sampler.top_p)},
              {"min_p", as_written(sampler.min_p)},
              {"stop", config.stop.empty() ? Json() : Json(config.stop)},
              {"samples", Json::array()}};
    for (std::size_t i = 0; i < texts.size(); ++i) {
        json["samples"].push_back({{"text", texts[i]},
                                   {"characters", reports[i].characters},
                                   {"end", name_of(reports[i].end)}});
    }
    return json;
}

void write_samples(const GenerateOptions& options, const LoadedModel& loaded,
                   const std::filesystem::path& path, const GeneratorConfig& config,
                   const Prompt& prompt, const std::optional<AdaptationReport>& adapted) {
    ThreadPool pool(threads_for(loaded.model, options.count, options.threads));
    Generator generator(loaded.model, loaded.tokenizer, pool, config);
    SampleWriter writer(options, prompt.text);
    std::vector<std::string> texts(static_cast<std::size_t>(config.count));
    if (!options.json) writer.begin(0, config.count);
    const auto reports = generator.run(prompt.ids, [&](std::int64_t sample, std::string_view text) {
        if (sample == 0 && !options.json) {
            writer.write(text);
        } else {
            texts[static_cast<std::size_t>(sample)] += text;
        }
    });
    if (options.json) {
        Json json = to_json(config, path, prompt.text, texts, reports);
        json["adapted_to"] = adapted_json(options, adapted);
        return writer.write_json(json);
    }
    for (std::int64_t sample = 1; sample < config.count; ++sample) {
        writer.begin(sample, config.count);
        writer.write(texts[static_cast<std::size_t>(sample)]);
    }
    writer.end();
}

}  // namespace

int generate(const GenerateOptions& options, const GlobalOptions& global) {
    // Nothing is lost by ending at once.
    std::signal(SIGINT, [](int) { ::_exit(130); });
    Screen screen(global.quiet);
    const auto path = options.model ? *options.model : default_model();
    if (!options.model) screen.line(fmt::format("Model: {}", shown_path(path)));
    LoadedModel loaded = load_model(path);
    // Before learning, which may take long: a prompt that is refused is refused at once.
    const auto decoding = decoding_of(loaded, options.encoding, options.invalid);
    const Prompt prompt = read_prompt(options, loaded.tokenizer, decoding);
    std::optional<AdaptationReport> adapted;
    if (options.adapt) {
        adapted = adapt_to_text(loaded, *options.adapt, decoding, options.unknown,
                                adaptation_config(options.adaptation), options.threads, screen);
        screen.line(fmt::format("Learned from {}: {}, {:.4f} nats each before they were learned.",
                                shown_path(*options.adapt),
                                format_count(adapted->symbols, "symbol"), adapted->nats));
        if (adapted->nats > std::log(static_cast<double>(loaded.model.config().vocabulary_size))) {
            screen.warning(
                "carousel: that is worse than guessing, and so will be what is written: take a "
                "smaller --adapt-learning-rate.");
        }
    }
    const GeneratorConfig config{
        .sampler = options.sampler,
        .seed = options.seed ? *options.seed : random_seed(),
        .count = options.count,
        .length = options.length,
        .stop = stop_text(options, loaded.snapshot.text),
        .raw = options.raw,
        .precision = options.precision.value_or(loaded.snapshot.precision)};
    if (!options.seed) screen.line(fmt::format("Seed: {}", config.seed));
    try {
        write_samples(options, loaded, path, config, prompt, adapted);
    } catch (const OutputClosed&) {
        // Whoever read has read enough.
    }
    return 0;
}

}  // namespace carousel
