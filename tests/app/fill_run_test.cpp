#include "app/fill_run.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "app/correction_run.hpp"
#include "app/machines.hpp"
#include "app/model_average.hpp"
#include "app/model_export.hpp"
#include "app/pytorch_export.hpp"
#include "app/training.hpp"
#include "base/error.hpp"
#include "snapshot/snapshot_file.hpp"
#include "support/temporary_folder.hpp"

using namespace carousel;

namespace {

namespace fs = std::filesystem;

/// A language of few words, written with the letters of a real one.
struct Language {
    std::vector<std::string> words;
    Unit unit = Unit::codepoint;

    std::string text(std::size_t count, std::size_t first = 0) const {
        std::string text;
        for (auto i = first; i < first + count; ++i) {
            text += words[(i * i + i / 3) % words.size()];
            text += i % 8 == 7 ? "\n" : " ";
        }
        return text;
    }
};

const Language k_latin{{"salve", "mundus", "semper", "verba", "manent"}};
const Language k_hebrew{{"שלום", "עולם", "אור", "בראשית", "מים"}};
// Letters with marks of their own, which are one character each.
const Language k_hindi{{"नमस्ते", "दुनिया", "हिन्दी", "भाषा", "पानी"}, Unit::grapheme};

void put_text(const fs::path& path, const std::string& text) {
    std::ofstream(path, std::ios::binary) << text;
}

void train_silently(const TrainingRequest& request, std::optional<std::uint64_t> stop_at = {}) {
    std::uint64_t steps = 0;
    run_training(
        request, *make_machine(1),
        {.clock = [] { return 0.0; },
         .tell =
             [&](const TrainingEvent& event) {
                 std::visit(Hear{[&](const Stepped&) { ++steps; }, [](const auto&) {}}, event);
             },
         .wish_to_stop = [&]() -> std::optional<std::string> {
             if (!stop_at || steps < *stop_at) return std::nullopt;
             return "enough";
         },
         .closing_sample = false});
}

/// A folder with a model of a language that reads from both ends, trained in a moment.
class Trained {
public:
    explicit Trained(const Language& language, ReadingDirection direction = ReadingDirection::both,
                     double steps = 120)
        : language_(language) {
        put_text(folder / "text.txt", language.text(900));
        train_silently(request("m.carousel", direction, steps));
    }

    TrainingRequest request(const std::string& model, ReadingDirection direction,
                            double steps) const {
        TrainingRequest request;
        request.corpus = {(folder / "text.txt").string()};
        request.model = folder / model;
        request.text[&TextSettings::unit] = language_.unit;
        request.architecture[&LanguageModelConfig::cell] = CellKind::lstm;
        request.architecture[&LanguageModelConfig::layers] = 1;
        request.architecture[&LanguageModelConfig::hidden_size] = 32;
        request.architecture[&LanguageModelConfig::direction] = direction;
        request.training[&TrainingConfig::batch_size] = 16;
        request.training[&TrainingConfig::window] = 24;
        request.training[&TrainingConfig::learning_rate] = 0.02F;
        request.training[&TrainingConfig::length] = TrainingLength{LengthKind::steps, steps};
        request.threads = 1;
        return request;
    }

    FillReport fill(const std::string& text, FillRequest request = {}) const {
        put_text(folder / "gaps.txt", text);
        request.file = folder / "gaps.txt";
        request.model = folder / "m.carousel";
        return fill_text(request, [](const WorkEvent&) {});
    }

    CorrectionReport correct(const std::string& text, CorrectionRequest request = {}) const {
        put_text(folder / "slips.txt", text);
        request.file = folder / "slips.txt";
        request.model = folder / "m.carousel";
        return correct_text(
            request, [](const WorkEvent&) {},
            [&](std::span<const std::byte> bytes) {
                written.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
            });
    }

    TemporaryFolder folder;
    mutable std::string written;  // to standard output

private:
    const Language& language_;
};

const Trained& latin() {
    static const Trained trained(k_latin);
    return trained;
}

std::string fill_refusal(const auto& work) {
    try {
        work();
    } catch (const UsageError& error) {
        return error.what();
    }
    return "nothing was refused";
}

bool mentions(const std::string& text, std::string_view part) {
    CAPTURE(text);
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_SUITE("app/fill_run") {
    TEST_CASE("gaps are filled so that both sides fit, and the rest of a text stays as it is") {
        const auto report = latin().fill("salve [...]ndus\nverba ma[...]nt\n", {.length = {2, 2}});
        CHECK(report.text == "salve mundus\nverba manent\n");
        REQUIRE(report.gaps.size() == 2);
        CHECK(report.gaps[0].position.line == 1);
        CHECK(report.gaps[0].position.column == 7);
        CHECK(report.gaps[1].position.line == 2);
        CHECK(report.gaps[1].position.column == 9);
        CHECK(report.gaps[1].position.character == 24);
        CHECK(report.gaps[0].alternatives.size() == 1);
    }

    TEST_CASE("alternatives are told with shares, the best first, and as JSON") {
        const FillRequest request{.mark = "_", .length = {1, 1}, .count = 4};
        const auto report = latin().fill("salve munds_s verba", request);
        const auto& alternatives = report.gaps.front().alternatives;
        REQUIRE(alternatives.size() == 4);
        for (std::size_t i = 1; i < 4; ++i)
            CHECK(alternatives[i].share <= alternatives[i - 1].share);
        const auto json = nlohmann::json::parse(fill_json(request, report, true));
        CHECK(json["text"] == report.text);
        CHECK(json["gaps"][0]["column"] == 12);
        CHECK(json["gaps"][0]["alternatives"].size() == 4);
        CHECK(json["gaps"][0]["alternatives"][0]["text"] == alternatives[0].text);
        CHECK(json["gaps"][0]["alternatives"][0]["log_p_alone"]["backward"] < 0);
    }

    TEST_CASE("of given choices the one that fits is taken, however long it is") {
        put_text(latin().folder / "choices.txt", "erba\nundus\n\nanent\nundus\n");
        const FillRequest request{.choices = latin().folder / "choices.txt", .count = 10};
        const auto report = latin().fill("semper m[...] salve", request);
        CHECK(report.gaps.front().alternatives.size() == 3);
        CHECK(report.gaps.front().alternatives.front().text != "erba");
        put_text(latin().folder / "none.txt", "\n\n");
        CHECK(mentions(
            fill_refusal([&] { latin().fill("a[...]", {.choices = latin().folder / "none.txt"}); }),
            "has no line to choose"));
    }

    TEST_CASE("texts from right to left, and characters of several code points, are filled") {
        const Trained hebrew(k_hebrew);
        CHECK(hebrew.fill("שלום בר[...]ית מים", {.length = {2, 2}}).text == "שלום בראשית מים");
        const Trained hindi(k_hindi);
        const auto report = hindi.fill("भाषा दु[...]या पानी", {.length = {1, 1}});
        CHECK(report.text == "भाषा दुनिया पानी");
        CHECK(report.gaps.front().position.column == 5);
        const auto slip =
            hindi.correct(k_hindi.text(30) + "नमस्ते दुपाया पानी भाषा हिन्दी\n", {.threshold = 0.5});
        REQUIRE(slip.corrections.size() == 1);
        CHECK(slip.corrections.front().replacement == "नि");
    }

    TEST_CASE("what cannot be filled is refused by name") {
        CHECK(mentions(fill_refusal([] { latin().fill("salve mundus"); }), "has no gap"));
        CHECK(mentions(fill_refusal([] { latin().fill("salve 9 [...]"); }), "U+0039"));
        CHECK(
            latin()
                .fill("9 salve m[...]ndus", {.length = {1, 1}, .unknown = UnknownCharacters::skip})
                .text == "9 salve mundus");
        const Trained forward(k_latin, ReadingDirection::forward, 2);
        CHECK(mentions(fill_refusal([&] { forward.fill("a [...]"); }), "--direction both"));
        CHECK(mentions(fill_refusal([&] { forward.correct("a"); }), "correct needs a model"));
    }

    TEST_CASE("a slip is told with its place and its surroundings, and is gone in the output") {
        const auto clean = k_latin.text(40);
        auto text = clean;
        const auto at = text.find("mundus", 90);
        text.replace(at, 6, "mnudus");
        const auto output = latin().folder / "corrected.txt";
        const auto report = latin().correct(text, {.threshold = 0.5, .output = output});
        REQUIRE(report.corrections.size() == 1);
        const auto& found = report.corrections.front();
        CHECK(found.slip == Slip::exchange);
        CHECK(found.old == "nu");
        CHECK(found.replacement == "un");
        CHECK(found.position.character == at + 1);
        CHECK(mentions(found.before + "|", "m|"));
        CHECK(found.after.starts_with("dus"));
        CHECK(report.text == clean);
        CHECK(report.characters == text.size());
        std::ifstream file(output);
        CHECK(std::string(std::istreambuf_iterator<char>(file), {}) == clean);
        CHECK_THROWS_AS(latin().correct(text, {.output = output}), InputError);  // it is there
        latin().correct(text, {.threshold = 0.5, .output = "-"});
        CHECK(latin().written == clean);
        const auto json = nlohmann::json::parse(correction_json({.threshold = 0.5}, report, false));
        CHECK(json["corrections"][0]["slip"] == "exchange");
        CHECK(json["corrections"][0]["new"] == "un");
        CHECK(json["text"] == clean);
    }

    TEST_CASE("characters that the model does not know stay where they are") {
        auto text = "7" + k_latin.text(30) + "7 8";
        CHECK(mentions(fill_refusal([&] { latin().correct(text); }), "U+0037"));
        const auto report =
            latin().correct(text, {.threshold = 0.99, .unknown = UnknownCharacters::skip});
        CHECK(report.text == text);
    }

    TEST_CASE("a training of two nets that was stopped goes on to the same file, bit for bit") {
        const auto& both = latin();
        auto request = both.request("w.carousel", ReadingDirection::both, 12);
        request.validate_every = 4;
        train_silently(request);
        request.model = both.folder / "r.carousel";
        train_silently(request, 6);
        request.resume = true;
        train_silently(request);
        const auto whole = load_snapshot(both.folder / "w.resume.carousel"),
                   resumed = load_snapshot(both.folder / "r.resume.carousel");
        CHECK(whole.weights == resumed.weights);
        CHECK(whole.state->first_moments == resumed.state->first_moments);
        CHECK(whole.state->hidden == resumed.state->hidden);
        CHECK(whole.validation_loss == resumed.validation_loss);
        // The forward net is the one that is trained alone, for the same steps.
        request = both.request("f.carousel", ReadingDirection::forward, 12);
        train_silently(request);
        const auto alone = load_snapshot(both.folder / "f.resume.carousel");
        CHECK(tensors_of(Way::forward, whole.model, whole.weights) == alone.weights);
    }

    TEST_CASE("exports and means of a model of two nets have both, and PyTorch gets the first") {
        const auto file = latin().folder / "m.carousel";
        const auto small = export_model_file(file, latin().folder / "s.carousel", Precision::int8);
        CHECK(load_snapshot(small).model.direction == ReadingDirection::both);
        FillRequest request;
        request.file = latin().folder / "g.txt";
        request.model = small;
        request.length = {2, 2};
        put_text(request.file, "salve mu[...]us semper");
        CHECK(fill_text(request, [](const WorkEvent&) {}).text == "salve mundus semper");
        const auto mean = average_models({{file, file}, latin().folder / "mean.carousel"});
        CHECK(load_snapshot(mean.file).weights == load_snapshot(file).weights);
        const auto torch = export_to_pytorch(file, latin().folder / "m.safetensors");
        REQUIRE(torch.notes.size() >= 1);
        CHECK(mentions(torch.notes.front(), "forward net alone"));
    }
}
