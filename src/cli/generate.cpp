#include "cli/generate.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "app/adapted_model.hpp"
#include "app/loaded_model.hpp"
#include "app/long_prompt.hpp"
#include "app/machines.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "base/quantity.hpp"
#include "base/random.hpp"
#include "base/words.hpp"
#include "cli/output.hpp"
#include "cli/signals.hpp"
#include "cli/work_screen.hpp"
#include "generation/session_batch.hpp"
#include "snapshot/model_files.hpp"
#include "text/printable.hpp"

namespace carousel {

namespace {

using Json = nlohmann::ordered_json;

const char* name_of(SessionEnd end) {
    switch (end) {
        case SessionEnd::length:
            return "length";
        case SessionEnd::stop:
            return "stop";
        case SessionEnd::document:
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
    auto text = options.prompt_file ? carousel::read_prompt(*options.prompt_file,
                                                            tokenizer.settings().unit, decoding)
                                    : unescape(options.prompt.value_or(""));
    auto ids = tokenizer.encode(text, options.unknown);
    return {std::move(text), std::move(ids)};
}

// Whether the model can end a document: it cannot where it learned from a single one.
bool ends_documents(const Tokenizer& tokenizer) {
    const auto& repertoire = tokenizer.repertoire();
    return !repertoire || repertoire->unseen.empty() ||
           repertoire->unseen.front() != Vocabulary::k_separator;
}

// What was asked for of documents and has no effect, or no end.
void check_documents(const GenerateOptions& options, const Tokenizer& tokenizer, Screen& screen) {
    if (!options.documents || ends_documents(tokenizer)) return;
    if (options.length == 0 && !options.stop && (options.count > 1 || options.json)) {
        throw UsageError(
            "This model learned from a single document and never ends one, so --documents sets no "
            "end: give a --length or a --stop.");
    }
    screen.line(
        "This model learned from a single document and never ends one: --documents has no "
        "effect.");
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
        document_ = 1;
        write(prompt_);
    }

    void begin_document() {
        output_.end_line();
        output_.write(fmt::format("--- document {} ---\n", ++document_));
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
    std::uint64_t document_ = 1;  // of the sample
};

// What the model learned before it wrote; null where nothing.
Json adapted_json(const GenerateOptions& options, const std::optional<AdaptationReport>& report) {
    if (!report) return {};
    const auto config = options.adaptation.over({});
    return {
        {"file", options.adapt->string()},   {"symbols", report->symbols},
        {"nats_per_symbol", report->nats},   {"fixed_nats_per_symbol", report->fixed_nats},
        {"fell_back", report->fell_back()},  {"learning_rate", as_written(config.learning_rate)},
        {"decay", as_written(config.decay)}, {"segment", config.segment}};
}

/// A sample as far as it is written.
struct Sample {
    std::vector<std::string> documents{""};
    SessionProgress progress{};
};

Json to_json(const Sample& sample, bool documents) {
    Json json{{"text", fmt::format("{}", fmt::join(sample.documents, ""))},
              {"characters", sample.progress.characters},
              {"end", name_of(*sample.progress.end)}};
    if (documents) json["documents"] = sample.documents;
    return json;
}

Json to_json(const SessionConfig& config, Precision precision, const std::filesystem::path& model,
             const std::string& prompt, const std::vector<Sample>& samples) {
    const auto& sampler = config.sampler;
    Json json{{"model", model.string()},
              {"precision", format_value(precision)},
              {"seed", config.seed},
              {"prompt", prompt},
              {"length", config.length},
              {"documents", config.documents},
              {"temperature", as_written(sampler.temperature)},
              {"top_k", sampler.top_k > 0 ? Json(sampler.top_k) : Json()},
              {"top_p", as_written(sampler.top_p)},
              {"min_p", as_written(sampler.min_p)},
              {"stop", config.stop.empty() ? Json() : Json(config.stop)},
              {"samples", Json::array()}};
    for (const auto& sample : samples)
        json["samples"].push_back(to_json(sample, config.documents != 1));
    return json;
}

// Whoever asked for a length learns why there is less, unless they asked for whole documents.
void tell_early_ends(const GenerateOptions& options, const std::vector<Sample>& samples,
                     Screen& screen) {
    if (options.documents) return;
    std::size_t early = 0;
    std::uint64_t characters = 0;
    for (const auto& [documents, progress] : samples) {
        if (progress.end != SessionEnd::document) continue;
        if (options.length > 0 && progress.characters >= options.length) continue;
        ++early;
        characters = progress.characters;
    }
    if (early == 0) return;
    const bool one = samples.size() == 1;
    const auto ended =
        one ? fmt::format("The text ended after {}", format_count(characters, "character"))
            : fmt::format("{} of {} samples ended", format_count(early), samples.size());
    const auto length = options.length > 0
                            ? fmt::format("{} before --length {}", one ? "," : "", options.length)
                            : "";
    screen.line(fmt::format(
        "{}{}: there the model ends a document. With --documents 0 it begins another one and "
        "writes on.",
        ended, length));
}

// The samples after the first one, which are shown when all have ended.
void write_rest(const GenerateOptions& options, const std::vector<Sample>& samples,
                SampleWriter& writer) {
    for (std::int64_t i = 1; i < options.count; ++i) {
        writer.begin(i, options.count);
        const auto& documents = samples[static_cast<std::size_t>(i)].documents;
        writer.write(documents.front());
        for (std::size_t d = 1; d < documents.size(); ++d) {
            writer.begin_document();
            writer.write(documents[d]);
        }
    }
    writer.end();
}

/// Writes all samples side by side: the first on its way to the reader at once, the others when all
/// have ended. Returns the signal that ended it, or 0.
int write_samples(const GenerateOptions& options, LoadedModel& loaded,
                  const std::filesystem::path& path, const SessionConfig& config,
                  const Prompt& prompt, const std::optional<AdaptationReport>& adapted,
                  Screen& screen) {
    auto& snapshot = loaded.snapshot;
    const auto precision = options.precision.value_or(snapshot.precision);
    Session session(loaded.tokenizer, snapshot.model, config, prompt.ids);
    SampleWriter writer(options, prompt.text);
    if (!options.json) writer.begin(0, options.count);
    const int threads = threads_for(snapshot.model, options.count, options.threads);
    read_long_prompt(session, loaded, precision, threads, options.threads);
    const auto own = model_on_threads(threads, snapshot.model, std::exchange(snapshot.weights, {}));
    SessionBatch batch(*own.model, loaded.tokenizer, options.count, precision);
    batch.read(session);
    for (std::int64_t i = 0; i < options.count; ++i) {
        session.draw_from(config.seed, static_cast<std::uint32_t>(i));
        batch.join(session);
    }
    std::vector<Sample> samples(static_cast<std::size_t>(options.count));
    const StopSignals signals;
    while (!batch.empty()) {
        for (const auto& [number, text, ends_document, ended] : batch.advance()) {
            auto& sample = samples[number];
            if (ended) sample.progress = *ended;
            const bool goes_on = ends_document && !ended;
            if (number == 0 && !options.json) {
                writer.write(text);
                if (goes_on) writer.begin_document();
            } else {
                sample.documents.back() += text;
                if (goes_on) sample.documents.emplace_back();
            }
        }
        if (const int signal = signals.received()) return signal;
    }
    if (options.json) {
        Json json = to_json(config, precision, path, prompt.text, samples);
        json["adapted_to"] = adapted_json(options, adapted);
        writer.write_json(json);
    } else {
        write_rest(options, samples, writer);
    }
    tell_early_ends(options, samples, screen);
    return 0;
}

}  // namespace

int generate(const GenerateOptions& options, const GlobalOptions& global) {
    Screen screen(global);
    const auto path = options.model ? model_file(*options.model) : default_model();
    if (!options.model) screen.line(fmt::format("Model: {}", shown_path(path)));
    if (const auto slow = slowness_of_machine()) screen.warning("carousel: " + *slow);
    LoadedModel loaded = load_model(path);
    // Before learning, which may take long: a prompt that is refused is refused at once.
    const auto decoding = options.decoding.over(loaded.snapshot.decoding);
    const Prompt prompt = read_prompt(options, loaded.tokenizer, decoding);
    const auto stop =
        loaded.tokenizer.normalized(unescape(options.stop.value_or("")), "The text of --stop");
    check_documents(options, loaded.tokenizer, screen);
    std::optional<AdaptationReport> adapted;
    if (options.adapt) {
        adapted = adapt_to_text(
            loaded, *options.adapt, decoding, options.unknown, options.adaptation.over({}),
            options.threads,
            [&](const WorkEvent& event) { show(event, ShowSkipped::as_warning, screen); });
        screen.line(fmt::format(
            "Learned from {}: {}, {:.4f} nats each before they were learned, {:.4f} for the model "
            "as it was.",
            shown_path(*options.adapt), format_count(adapted->symbols, "symbol"), adapted->nats,
            adapted->fixed_nats));
        if (adapted->fell_back()) {
            screen.warning(
                "carousel: learning from this text made it worse, so the model writes as it was: "
                "take a smaller --adapt-learning-rate.");
        }
    }
    const SessionConfig config{.sampler = options.sampler,
                               .seed = options.seed ? *options.seed : random_seed(),
                               .length = options.length,
                               .documents = options.documents.value_or(1),
                               .stop = stop,
                               .raw = options.raw};
    if (!options.seed) screen.line(fmt::format("Seed: {}", config.seed));
    try {
        const int signal = write_samples(options, loaded, path, config, prompt, adapted, screen);
        return signal == 0 ? 0 : 128 + signal;
    } catch (const OutputClosed&) {
        return 0;  // whoever read has read enough
    }
}

}  // namespace carousel
