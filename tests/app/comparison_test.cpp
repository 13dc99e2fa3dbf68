#include "app/comparison.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "app/comparison_file.hpp"
#include "app/comparison_json.hpp"
#include "app/comparison_page.hpp"
#include "app/comparison_run.hpp"
#include "app/comparison_sizes.hpp"
#include "app/comparison_summary.hpp"
#include "app/comparison_table.hpp"
#include "app/comparison_words.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "base/stopwatch.hpp"
#include "model/parameter.hpp"
#include "snapshot/snapshot_file.hpp"
#include "snapshot/weights_hash.hpp"
#include "support/temporary_folder.hpp"
#include "support/well_formed.hpp"

using namespace carousel;

namespace {

bool tells(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

std::size_t count_of(std::string_view text, std::string_view part) {
    std::size_t count = 0;
    for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1))
        ++count;
    return count;
}

/// A small text, and comparisons of tiny models on it.
class ComparedVerses {
public:
    ComparedVerses() {
        std::ofstream file(folder / "text.txt", std::ios::binary);
        for (int i = 0; i < 170; ++i) file << "round " << i % 7 << " and round we go\n";
    }

    ComparisonRequest request(const std::string& name) const {
        ComparisonRequest request;
        request.corpus = {(folder / "text.txt").string()};
        request.folder = folder / name;
        request.cells = {CellKind::rnn, CellKind::gru};
        request.architecture[&LanguageModelConfig::layers] = 1;
        request.architecture[&LanguageModelConfig::hidden_size] = 16;
        request.training[&TrainingConfig::batch_size] = 4;
        request.training[&TrainingConfig::window] = 8;
        request.training[&TrainingConfig::length] = TrainingLength{LengthKind::steps, 24};
        request.validate_every = 8;
        request.threads = 1;
        return request;
    }

    std::string hash(const std::string& name, const std::string& model) const {
        return to_hex(weights_sha256(load_snapshot(folder / name / (model + ".carousel"))));
    }

    TemporaryFolder folder;
};

/// Who compares without a terminal: counts updates, and stops when there were enough.
struct Comparer {
    std::optional<std::uint64_t> stop_at{};
    std::uint64_t steps = 0, begun = 0, resumed = 0, ended = 0;

    ComparisonResult compare(const ComparisonRequest& request) {
        const Stopwatch stopwatch;
        return run_comparison(request, {.clock = [&] { return stopwatch.seconds(); },
                                        .tell =
                                            [&](const ComparisonEvent& event) {
                                                std::visit(Hear{[&](const RunBegun& e) {
                                                                    ++begun;
                                                                    resumed += e.resumed ? 1 : 0;
                                                                },
                                                                [&](const RunStepped&) { ++steps; },
                                                                [&](const RunEnded&) { ++ended; },
                                                                [](const auto&) {}},
                                                           event);
                                            },
                                        .wish_to_stop = [&]() -> std::optional<std::string> {
                                            if (!stop_at || steps < *stop_at) return std::nullopt;
                                            return "enough";
                                        }});
    }
};

/// All that does not depend on time, of all runs.
std::string outcome(const Comparison& comparison) {
    auto json = nlohmann::json::parse(comparison_json(comparison));
    std::string text;
    for (auto& run : json.at("runs")) {
        run.erase("seconds");
        run.erase("characters_per_second");
        for (auto& point : run.at("curve")) point.erase("seconds");
        auto& measure = run.at("measure");
        measure.erase("reading_characters_per_second");
        for (auto& point : measure.at("writing")) point.erase("milliseconds_per_character");
        text += run.dump() + "\n";
    }
    return text;
}

std::string refused(const ComparisonRequest& request) {
    try {
        Comparer().compare(request);
    } catch (const UsageError& error) {
        return error.what();
    }
    return "accepted";
}

/// A comparison whose runs have these losses; all else is alike.
Comparison made_of(const std::vector<std::pair<CellKind, std::vector<double>>>& losses) {
    Comparison comparison;
    comparison.terms.training[&TrainingConfig::length] = TrainingLength{LengthKind::steps, 10};
    comparison.sizes = EqualSizes{.parameters = 1000, .layers = 1, .batch_size = 4, .window = 8};
    for (const auto& [cell, values] : losses) {
        ComparedCell made;
        made.parameters = 1000;
        made.model.cell = cell;
        made.model.vocabulary_size = 30;
        comparison.cells.push_back(made);
        std::uint64_t seed = 0;
        for (const double loss : values) {
            ComparedRun run{.cell = cell, .seed = ++seed, .status = RunStatus::finished};
            run.machine = "1 thread";
            run.steps = 10;
            run.seconds = 1;
            run.characters_per_second = 1000;
            run.curve = {{5, 0.5, loss + 1}, {10, 1, loss}};
            run.measure.stream = {.nats = loss * 100, .characters = 100, .bytes = 100};
            run.measure.reading = 5000;
            run.measure.writing = {{16, 0.5, 64}, {256, 0.5, 64}};
            run.measure.sample = "<b>&";
            comparison.runs.push_back(run);
        }
    }
    return comparison;
}

}  // namespace

TEST_SUITE("app/comparison") {
    TEST_CASE("every cell gets as many parameters as asked for, to within five per cent") {
        for (const auto parameters : {std::uint64_t{20'000}, std::uint64_t{1'300'000}}) {
            for (int i = 0; i < static_cast<int>(k_words<CellKind>.size()); ++i) {
                const auto cell = static_cast<CellKind>(i);
                CAPTURE(format_value(cell));
                const auto model =
                    with_parameters({.cell = cell, .vocabulary_size = 65, .layers = 2}, parameters);
                const auto count = static_cast<double>(parameter_count(model));
                CHECK(count == doctest::Approx(static_cast<double>(parameters)).epsilon(0.05));
                CHECK(model.embedding_size == model.hidden_size);
            }
        }
    }

    TEST_CASE("a size that can be had exactly is had, and even ones are preferred to near ones") {
        const LanguageModelConfig model{
            .vocabulary_size = 65, .layers = 2, .hidden_size = 256, .embedding_size = 256};
        const auto count = static_cast<std::uint64_t>(parameter_count(model));
        CHECK(with_parameters(model, count).hidden_size == 256);
        CHECK(with_parameters(model, count * 103 / 100).hidden_size == 256);
        CHECK(with_parameters(model, count * 110 / 100).hidden_size > 260);
    }

    TEST_CASE("one is lower only where no seed contradicts it and chance would hardly do it") {
        const auto spread = [](const std::vector<double>& values) { return *spread_of(values); };
        const auto low = spread({1.80, 1.81, 1.82}), high = spread({1.90, 1.91, 1.92});
        CHECK(is_lower(low, high));
        CHECK_FALSE(is_lower(high, low));
        CHECK_FALSE(is_lower(low, spread({1.82, 1.91, 1.92})));  // as high as one of the other
        CHECK_FALSE(is_lower(spread({1.8}), high));
        CHECK_FALSE(is_lower(low, spread({1.9})));
        // Two runs each that happen to lie apart: three degrees of freedom and less ask for more.
        CHECK_FALSE(is_lower(spread({1.80, 1.84}), spread({1.85, 1.90})));
        CHECK(is_lower(spread({1.8, 1.8}), spread({1.9, 1.9})));
        CHECK(low.deviation == doctest::Approx(0.01));
        CHECK_FALSE(spread_of({}));
    }

    TEST_CASE("nothing is said to be better within the spread of the seeds") {
        const auto said = [](const Comparison& comparison) {
            std::string text;
            for (const auto& sentence : conclusions(comparison)) text += sentence + "\n";
            return text;
        };
        const auto apart = said(made_of({{CellKind::lstm, {1.80, 1.81, 1.82}},
                                         {CellKind::gru, {1.805, 1.815, 1.825}},
                                         {CellKind::rnn, {1.95, 1.96, 1.97}}}));
        CHECK(tells(apart, "better than rnn (by 0.1500); from gru it cannot be told"));
        CHECK_FALSE(tells(apart, "better than gru"));
        const auto alike = said(
            made_of({{CellKind::lstm, {1.80, 1.90, 1.82}}, {CellKind::gru, {1.81, 1.83, 1.86}}}));
        CHECK_FALSE(tells(alike, "better than"));
        CHECK(tells(alike, "cannot be told"));
        const auto single = said(made_of({{CellKind::lstm, {1.8}}, {CellKind::rnn, {2.9}}}));
        CHECK_FALSE(tells(single, "better than"));
        CHECK(tells(single, "--seeds 3"));
        CHECK(tells(single, "equally fast"));  // both at 1000 characters a second
    }

    TEST_CASE("speeds are compared where they are apart, and never between machines") {
        auto comparison = made_of({{CellKind::lstm, {1.8}}, {CellKind::rnn, {1.9}}});
        const auto said = [&] {
            std::string text;
            for (const auto& sentence : conclusions(comparison)) text += sentence + "\n";
            return text;
        };
        comparison.runs[1].characters_per_second = 2500;
        CHECK(tells(said(),
                    "rnn learns the fastest, 2,500 characters a second, 2.5 times as many "
                    "as lstm"));
        comparison.runs[1].machine = "2 threads";
        CHECK_FALSE(tells(said(), "learns the fastest"));
        CHECK(tells(said(), "different machines"));
    }

    TEST_CASE("memory that grows is told beside memory that does not") {
        auto comparison = made_of({{CellKind::lstm, {1.8}}, {CellKind::rnn, {1.9}}});
        comparison.runs[1].measure.writing[1].bytes = 4096;
        std::string text;
        for (const auto& sentence : conclusions(comparison)) text += sentence + "\n";
        CHECK(tells(text,
                    "rnn remembers 64 bytes of a text of 16 characters and 4.1 kB of one of "
                    "256 characters"));
        CHECK(tells(text, "does not grow with it: lstm 64 bytes"));
        CHECK(tells(comparison_table(comparison), "64 bytes → 4.1 kB"));
    }

    TEST_CASE("a page holds all runs and nothing that is not made harmless") {
        const auto page = comparison_page(
            made_of({{CellKind::lstm, {1.8, 1.9}}, {CellKind::peephole, {1.7, 1.6, 1.65}}}));
        CHECK(WellFormed::flaw(page) == "");
        CHECK(reach(page) == "");
        CHECK(count_of(page, "<polyline") == 3 * 5);
        CHECK(count_of(page, ">peephole</text>") == 3);
        CHECK(tells(page, "peephole, seed 3: step 10"));
        CHECK(tells(page, "1.8500 ± 0.0707"));
        CHECK_FALSE(tells(page, "http-equiv=\"refresh\""));
        const auto lone = made_of({{CellKind::lstm, {1.8}}});
        CHECK(tells(comparison_page(lone, {.left = 2, .under_way = true}), "refresh"));
        CHECK(tells(comparison_page(lone, {.left = 2}), "2 trainings still to come: the same"));
    }

    TEST_CASE("models of equal parameters are trained, measured, written down and shown") {
        const ComparedVerses verses;
        Comparer caller;
        auto request = verses.request("new");
        const auto result = caller.compare(request);
        CHECK_FALSE(result.stopped);
        CHECK(caller.steps == 2 * 24);
        const auto& comparison = result.comparison;
        REQUIRE(comparison.runs.size() == 2);
        // The first cell is the reference, since there is no lstm.
        CHECK(comparison.cells[0].model.hidden_size == 16);
        CHECK(comparison.cells[0].parameters == comparison.sizes->parameters);
        CHECK(static_cast<double>(comparison.cells[1].parameters) ==
              doctest::Approx(static_cast<double>(comparison.sizes->parameters)).epsilon(0.08));
        for (const auto& run : comparison.runs) {
            CHECK(run.status == RunStatus::finished);
            CHECK(run.steps == 24);
            CHECK(run.curve.size() == 3);
            CHECK(run.characters_per_second > 0);
            REQUIRE(run.measure.windows);
            // Known from the beginning: an evaluation reads all of the text kept for validation.
            CHECK(run.measure.stream.characters == comparison.text.validation_characters);
            CHECK(run.measure.windows->characters == 256);
            CHECK(run.measure.context.size() == 8);
            CHECK(run.measure.writing.size() == 3);
            CHECK(run.measure.writing.front().bytes > 0);
            CHECK_FALSE(run.measure.sample.empty());
        }
        double weighted = 0;
        for (const auto& [least, most, nats, lost] : comparison.runs[0].measure.context) {
            weighted += nats * static_cast<double>(most - least + 1);
            CHECK(nats - lost > 0);  // the same characters in the stream
        }
        CHECK(weighted == doctest::Approx(comparison.runs[0].measure.windows->nats));

        const auto page = read_file(result.files.html);
        CHECK(WellFormed::flaw(page) == "");
        CHECK(count_of(page, "<polyline") == 3 * 2 + 2);
        const auto stored = load_comparison(result.files.record());
        CHECK(comparison_json(stored) == comparison_json(comparison));
    }

    TEST_CASE(
        "a Transformer that is compared alone has the layers of its own plan, not twice as many") {
        const ComparedVerses verses;
        auto request = verses.request("alone");
        request.cells = {CellKind::transformer};
        request.architecture[&LanguageModelConfig::layers].reset();
        request.training[&TrainingConfig::length] = TrainingLength{LengthKind::steps, 2};
        const auto comparison = Comparer().compare(request).comparison;
        CHECK(comparison.sizes->layers == 2);  // of a recurrent net beside it
        CHECK(comparison.cells[0].model.layers == 4);
        CHECK(comparison.cells[0].model.hidden_size == 16);
        CHECK(comparison.cells[0].parameters == comparison.sizes->parameters);
    }

    TEST_CASE("an interrupted comparison goes on to the same result, and what is done stays") {
        const ComparedVerses verses;
        const auto whole = Comparer().compare(verses.request("whole"));
        Comparer first{.stop_at = 11}, second{.stop_at = 13}, third{.stop_at = 2}, fourth;
        const auto request = verses.request("parts");
        CHECK(first.compare(request).stopped);
        CHECK(second.compare(request).stopped);  // after the last step, and before all else
        CHECK(second.resumed == 1);
        CHECK(second.ended == 0);
        CHECK(third.compare(request).stopped);  // that is made up for, and the other one begins
        CHECK(third.ended == 1);
        CHECK(third.begun == 2);
        const auto result = fourth.compare(request);
        CHECK_FALSE(result.stopped);
        CHECK(fourth.begun == 1);
        CHECK(fourth.resumed == 1);
        CHECK(outcome(result.comparison) == outcome(whole.comparison));
        for (const char* model : {"rnn-seed-1", "gru-seed-1"})
            CHECK(verses.hash("parts", model) == verses.hash("whole", model));
        Comparer again;
        again.compare(request);
        CHECK(again.begun == 0);
    }

    TEST_CASE("a training that was killed before it saved anything begins anew") {
        const ComparedVerses verses;
        const auto whole = Comparer().compare(verses.request("whole"));
        Comparer first{.stop_at = 5}, second;
        const auto request = verses.request("killed");
        first.compare(request);
        for (const char* file : {"rnn-seed-1.carousel", "rnn-seed-1.resume.carousel"})
            std::filesystem::remove(verses.folder / "killed" / file);
        const auto result = second.compare(request);
        CHECK(second.resumed == 0);
        CHECK(outcome(result.comparison) == outcome(whole.comparison));
    }

    TEST_CASE("another cell and another seed are added to a comparison that is done") {
        const ComparedVerses verses;
        const auto request = verses.request("grows");
        const auto before = Comparer().compare(request);
        ComparisonRequest more;  // all else is as it was
        more.folder = request.folder;
        more.threads = 1;
        more.cells = {CellKind::attention_lstm};
        Comparer cell, seed;
        cell.compare(more);
        CHECK(cell.begun == 1);
        more.cells.clear();
        more.seeds = 2;
        const auto after = seed.compare(more);
        CHECK(seed.begun == 3);
        REQUIRE(after.comparison.runs.size() == 6);
        CHECK(outcome(after.comparison).starts_with(outcome(before.comparison)));
        CHECK(after.comparison.cells[2].training.window == 8);
        const auto cost = [&](std::size_t run) {
            return after.comparison.runs[run].measure.writing;
        };
        CHECK(cost(0).back().bytes == 16 * sizeof(float));        // h, however long the text
        CHECK(cost(2).back().bytes > 2 * cost(2).front().bytes);  // 64 outputs to look back at
        const auto page = read_file(after.files.html);
        CHECK(count_of(page, "<polyline") == 3 * 6 + 3);
        CHECK(tells(page, "attention-lstm, seed 2: step 24"));
    }

    TEST_CASE("what contradicts itself or the comparison that is there is refused") {
        const ComparedVerses verses;
        auto request = verses.request("there");
        const auto refuses = [&](auto change, std::string_view words) {
            auto changed = request;
            change(changed);
            const auto told = refused(changed);
            CHECK_MESSAGE(tells(told, words), told);
        };
        refuses([](auto& r) { r.cells = {CellKind::gru, CellKind::gru}; }, "names gru twice");
        refuses([](auto& r) { r.corpus = {"-"}; }, "standard input");
        refuses([](auto& r) { r.validation_fraction = 0; }, "leaves none");
        refuses([](auto& r) { r.parameters = 5000; }, "give one of them");
        refuses([](auto& r) { r.equal = Equal::time; }, "--hidden-size contradicts it");
        refuses(
            [](auto& r) {
                r.equal = Equal::time;
                r.architecture[&LanguageModelConfig::hidden_size].reset();
            },
            "--equal time needs a time");
        CHECK_FALSE(std::filesystem::exists(verses.folder / "there"));

        Comparer().compare(request);
        refuses([](auto& r) { r.training[&TrainingConfig::window] = 16; },
                "--window is 8 in this comparison and 16 here");
        refuses([](auto& r) { r.training[&TrainingConfig::learning_rate] = 0.5F; },
                "--learning-rate is not given in this comparison");
        refuses(
            [](auto& r) {
                r.training[&TrainingConfig::length] = TrainingLength{LengthKind::seconds, 60};
            },
            "--time is 24 steps in this comparison and 1 min 0 s here");
        refuses([](auto& r) { r.validate_every = 9; }, "--validate-every is 8");
        std::ofstream(verses.folder / "text.txt", std::ios::app) << "and one more line\n";
        refuses([](auto&) {}, "The text is not the one of this comparison");
    }

    TEST_CASE("a training that diverges is told and does not end the others") {
        const ComparedVerses verses;
        auto request = verses.request("diverges");
        request.cells = {CellKind::rnn};
        request.training[&TrainingConfig::clip] = 0.0F;
        request.training[&TrainingConfig::optimizer] = OptimizerKind::adam;
        request.training[&TrainingConfig::learning_rate] = 1e30F;
        Comparer caller;
        const auto result = caller.compare(request);
        CHECK_FALSE(result.stopped);
        CHECK(result.comparison.runs[0].status == RunStatus::failed);
        CHECK(tells(conclusions(result.comparison).front(), "rnn with seed 1 failed."));
        CHECK(tells(read_file(result.files.html), "diverged"));
    }

    TEST_CASE("a record that is none or damaged is refused and stays as it is") {
        const ComparedVerses verses;
        const auto request = verses.request("damaged");
        const auto path = Comparer().compare(request).files.record();
        const auto good = read_file(path);
        const auto with = [&](const std::string& text) {
            std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
            try {
                load_comparison(path);
            } catch (const InputError& error) {
                CHECK(read_file(path) == text);
                return std::string(error.what());
            }
            return std::string("accepted");
        };
        const auto changed = [&](std::string_view from, std::string_view to) {
            auto text = good;
            REQUIRE(tells(text, from));
            return with(text.replace(text.find(from), from.size(), to));
        };
        CHECK(with(good) == "accepted");
        CHECK(tells(with("{\"my\":\"notes\"}"), "no comparison of Carousel"));
        for (std::size_t size = 30; size < good.size(); size += 97)
            CHECK(tells(with(good.substr(0, size)), "is damaged"));
        CHECK(
            tells(changed("\"hidden_size\":16", "\"hidden_size\":99999999"), "outside its range"));
        CHECK(tells(changed("\"hidden_size\":16", "\"hidden_size\":-1"), "no whole number"));
        CHECK(tells(changed("\"version\":1", "\"version\":2"), "another version"));
        CHECK(tells(changed("\"cell\":\"gru\",\"seed\"", "\"cell\":\"rnn\",\"seed\""), "twice"));
        CHECK(tells(changed("\"cell\":\"gru\",\"seed\"", "\"cell\":\"grid\",\"seed\""), "no cell"));
        CHECK(tells(changed("\"status\":\"finished\"", "\"status\":\"good\""), "is damaged"));
    }

    TEST_CASE("with equal time each cell gets sizes of its own") {
        const ComparedVerses verses;
        auto request = verses.request("time");
        request.equal = Equal::time;
        request.cells = {CellKind::cifg};
        request.architecture[&LanguageModelConfig::hidden_size].reset();
        request.training[&TrainingConfig::batch_size].reset();
        request.training[&TrainingConfig::window].reset();
        request.training[&TrainingConfig::length] = TrainingLength{LengthKind::seconds, 0.2};
        const auto result = Comparer().compare(request);
        CHECK_FALSE(result.comparison.sizes);
        CHECK(result.comparison.runs[0].status == RunStatus::finished);
        CHECK(tells(terms_sentence(result.comparison), "sizes that a plan chose"));
    }
}
