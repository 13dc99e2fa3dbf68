#include "app/compression_run.hpp"

#include <fmt/format.h>

#include <span>
#include <utility>
#include <vector>

#include "app/loaded_model.hpp"
#include "app/machines.hpp"
#include "app/model_predictor.hpp"
#include "app/output_files.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "base/shown_input.hpp"
#include "base/shown_path.hpp"
#include "compression/compressed_text.hpp"
#include "compression/text_coder.hpp"
#include "snapshot/model_files.hpp"
#include "snapshot/weights_hash.hpp"

namespace carousel {

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t k_longest_text = std::uint64_t{1} << 30;  // bytes, which are in memory
constexpr std::size_t k_most_sequences = 8'000'000;               // of n-grams: 0.3 GB

// What every program that reads such files has to do in the same way, so nothing of it is an
// option.
ModelPredictor predictor_of(const LoadedModel& loaded, bool adaptive, std::optional<int> threads) {
    return {loaded,
            {.adaptation =
                 adaptive ? std::optional<AdaptationConfig>{AdaptationConfig{}} : std::nullopt,
             .ngrams = NgramModel({.vocabulary_size = loaded.tokenizer.vocabulary().size(),
                                   .most_sequences = k_most_sequences}),
             .threads = threads}};
}

TellShare progress(std::string_view what, const TellWork& tell) {
    return [what, &tell](double share) { tell(Progress{what, share}); };
}

/// Where the output goes: as asked, or beside the file.
fs::path output_of(const CompressionRequest& request, const fs::path& beside) {
    if (request.output) return *request.output;
    return request.file == "-" ? fs::path("-") : beside;
}

// What is there stays: a text, and a compressed one, too, which may be all that is left of its
// text.
void require_free(const fs::path& output, const std::vector<fs::path>& read) {
    if (output == "-") return;
    require_new_file(output, read);
    require_output_file("output", output, OwnFile::compressed, read);
}

void write_output(const fs::path& output, std::string_view bytes, const WriteBytes& write) {
    const auto content = std::as_bytes(std::span(bytes));
    if (output == "-") return write(content);
    replace_file(output, OwnFile::compressed, [&](const WriteBytes& to) { to(content); });
}

}  // namespace

CompressionReport compress(const CompressionRequest& request, const TellWork& tell,
                           const WriteBytes& write) {
    if (!request.model) {
        throw UsageError(
            "compress needs a --model, best one of such texts. The same file will be needed to "
            "decompress.");
    }
    const auto path = model_file(*request.model);
    const auto output = output_of(request, request.file.native() + k_compressed_ending);
    require_free(output, {path, request.file});
    if (const auto slow = slowness_of_machine()) tell(Warning{*slow});
    const auto loaded = load_model(path);
    const std::string whole = read_file(request.file, k_longest_text);
    CompressedText compressed{
        .adaptive = !request.fast,
        .model = path.filename().native().substr(0, CompressedText::k_longest_name),
        .weights = weights_sha256(loaded.snapshot),
        .text = sha256(whole)};
    compressed.without_cr =
        loaded.snapshot.text.newlines == Newlines::lf && ends_lines_with_cr_lf(whole);
    const std::string text = compressed.without_cr ? without_cr(whole) : whole;
    const TextUnits units(loaded.tokenizer);
    const auto split = units.split(text);
    compressed.size = text.size();
    compressed.units = split.size();
    const auto encode = [&] {
        auto predictor = predictor_of(loaded, compressed.adaptive, request.threads);
        compressed.coded = encode_text(split, units, predictor, progress("compressing", tell));
    };
    try {
        encode();
    } catch (const DivergenceError&) {
        if (!compressed.adaptive) throw;
        tell(Note{"The model ran away while it learned from this text, so it stays as it is."});
        compressed.adaptive = false;
        encode();
    }
    const auto bytes = to_bytes(compressed);
    write_output(output, bytes, write);
    return {.output = output, .text_bytes = whole.size(), .compressed_bytes = bytes.size()};
}

namespace {

fs::path decompressed_name(const CompressionRequest& request) {
    if (request.output || request.file == "-") return output_of(request, {});
    if (request.file.extension() != k_compressed_ending) {
        throw UsageError(fmt::format(
            "{} does not end in {}, so the name of its text is not known. Say it with --output.",
            shown_input(request.file), k_compressed_ending));
    }
    auto output = request.file;
    return output.replace_extension();
}

void require_model(const CompressedText& compressed, const LoadedModel& loaded,
                   const fs::path& path, const fs::path& file) {
    const auto hash = weights_sha256(loaded.snapshot);
    if (hash == compressed.weights) return;
    throw InputError(fmt::format(
        "{} was compressed with another model: {}, whose weights have the SHA-256 {}. Those of {} "
        "have {}. Name that model with --model; `carousel inspect` tells the SHA-256 of a model.",
        shown_input(file), shown_path(compressed.model), to_hex(compressed.weights),
        shown_path(path), to_hex(hash)));
}

}  // namespace

CompressionReport decompress(const CompressionRequest& request, const TellWork& tell,
                             const WriteBytes& write) {
    const auto output = decompressed_name(request);
    require_free(output, {request.file});
    const std::string bytes = read_file(request.file, k_longest_text + (k_longest_text >> 2));
    CompressedText compressed;
    try {
        compressed = compressed_text(bytes);
    } catch (const InputError& error) {
        throw InputError(fmt::format("{}: {}", shown_input(request.file), error.what()));
    }
    if (!request.model) {
        throw UsageError(fmt::format(
            "decompress needs the model by which {} was compressed: --model {}, whose weights have "
            "the SHA-256 {}.",
            shown_input(request.file), shown_path(compressed.model), to_hex(compressed.weights)));
    }
    const auto path = model_file(*request.model);
    const auto loaded = load_model(path);
    require_model(compressed, loaded, path, request.file);
    if (compressed.size > k_longest_text) {
        throw InputError(fmt::format("{} says it were a text of {} bytes, and {} are allowed.",
                                     shown_input(request.file), compressed.size, k_longest_text));
    }
    std::string text;
    try {
        auto predictor = predictor_of(loaded, compressed.adaptive, request.threads);
        text = decode_text({compressed.coded, compressed.units, compressed.size},
                           TextUnits(loaded.tokenizer), predictor, progress("decompressing", tell));
    } catch (const DivergenceError&) {
        throw InputError(fmt::format("{} is damaged: what it says no model has ever learned from.",
                                     shown_input(request.file)));
    } catch (const InputError& error) {
        throw InputError(fmt::format("{}: {}", shown_input(request.file), error.what()));
    }
    if (compressed.without_cr) text = with_cr(text);
    if (sha256(text) != compressed.text) {
        throw InputError(fmt::format(
            "{} is damaged: what comes out is not the text that went in. Nothing is written.",
            shown_input(request.file)));
    }
    write_output(output, text, write);
    return {.output = output, .text_bytes = text.size(), .compressed_bytes = bytes.size()};
}

}  // namespace carousel
