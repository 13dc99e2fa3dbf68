#include "cli/generate.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "app/generation_run.hpp"
#include "cli/output.hpp"
#include "cli/signals.hpp"
#include "cli/work_screen.hpp"
#include "text/printable.hpp"

namespace carousel {

namespace {

/// Shows the samples in order: the first as it is written, the others when all have ended.
class SampleWriter {
public:
    SampleWriter(const GenerateOptions& options, std::string prompt)
        : count_(options.count),
          raw_(options.raw),
          prompt_(options.echo ? std::move(prompt) : "") {}

    void begin(std::int64_t sample) {
        if (sample > 0) {
            output_.end_line();
            output_.write(fmt::format("--- sample {} of {} ---\n", sample + 1, count_));
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

    void write_whole(std::int64_t number, const GeneratedSample& sample) {
        begin(number);
        write(sample.documents.front());
        for (std::size_t d = 1; d < sample.documents.size(); ++d) {
            begin_document();
            write(sample.documents[d]);
        }
    }

    /// A pipe gets the samples as they are, a terminal a whole last line.
    void end() {
        if (output_.is_terminal()) output_.end_line();
    }

    void write_json(const GenerationReport& report, const std::vector<GeneratedSample>& samples) {
        // Programs that read a pipe like plain UTF-8 better.
        output_.write(generation_json(report, samples, output_.is_terminal()));
    }

private:
    std::int64_t count_;
    bool raw_;
    std::string prompt_;
    Output output_;
    std::uint64_t document_ = 1;  // of the sample
};

/// Writes all samples. Returns the signal that ended it, or 0.
int write_samples(const GenerateOptions& options, GenerationRun& run, Screen& screen) {
    const bool json = options.json;
    SampleWriter writer(options, run.report().prompt);
    if (!json) writer.begin(0);
    run.read_prompt();
    std::vector<GeneratedSample> samples(static_cast<std::size_t>(options.count));
    const StopSignals signals;
    while (run.writes()) {
        for (const auto& piece : run.advance()) {
            auto& sample = samples[piece.session];
            if (piece.session > 0 || json) {
                sample.add(piece);
                continue;
            }
            writer.write(piece.text);
            if (piece.ended) sample.progress = *piece.ended;
            if (piece.ends_document && !piece.ended) writer.begin_document();
        }
        if (const int signal = signals.received()) return signal;
    }
    if (json) {
        writer.write_json(run.report(), samples);
    } else {
        for (std::int64_t i = 1; i < options.count; ++i)
            writer.write_whole(i, samples[static_cast<std::size_t>(i)]);
        writer.end();
    }
    if (const auto note = early_end_note(options, samples)) screen.line(*note);
    return 0;
}

}  // namespace

int generate(const GenerateOptions& options, const GlobalOptions& global) {
    Screen screen(global);
    const TellWork tell = [&](const WorkEvent& event) {
        show(event, ShowSkipped::as_warning, screen);
    };
    GenerationRun run(options, tell);
    try {
        const int signal = write_samples(options, run, screen);
        return signal == 0 ? 0 : 128 + signal;
    } catch (const OutputClosed&) {
        return 0;  // whoever reads has read enough
    }
}

}  // namespace carousel
