#include "app/activation_page.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "app/activation_json.hpp"
#include "app/activation_text.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "base/own_file.hpp"
#include "model/cell_signals.hpp"
#include "model/language_model_descriptions.hpp"
#include "support/places.hpp"
#include "support/temporary_folder.hpp"
#include "support/tiny_model.hpp"

using namespace carousel;
using Json = nlohmann::ordered_json;

namespace {

const TellWork k_silent = [](const WorkEvent&) {};

std::string verses(int lines) {
    std::string text;
    for (int i = 0; i < lines; ++i)
        text += "\"The wheel\" (goes " + std::to_string(i) + " times) round. It rises\n";
    return text;
}

LoadedModel model_of(std::string_view text, CellKind cell = CellKind::lstm,
                     const TextSettings& settings = {}, std::int64_t units = 12) {
    auto tokenizer = tokenizer_of(text, settings);
    Snapshot snapshot;
    snapshot.text = settings;
    snapshot.model = {.cell = cell,
                      .vocabulary_size = static_cast<std::int64_t>(tokenizer.vocabulary().size()),
                      .layers = 2,
                      .hidden_size = units,
                      .embedding_size = 8};
    snapshot.weights = CpuMachine(1).initial_weights(snapshot.model, 7);
    snapshot.training.seed = 3;
    snapshot.corpus.paths = {"/home/somebody/secret/verses.txt"};
    return {std::move(snapshot), std::move(tokenizer)};
}

ActivationReport report_of(const LoadedModel& loaded, std::string_view text) {
    return inspect_activations({.threads = 1}, loaded, text, k_silent);
}

std::string element(std::string_view html, std::string_view id) {
    const auto begin = html.find(">", html.find("id=\"" + std::string(id) + "\"")) + 1;
    return std::string(html.substr(begin, html.find("</script>", begin) - begin));
}

/// What the engines of pages compute: blocks of bytes, for each page. Node.js runs them.
Json traced(const std::vector<std::string>& pages) {
    const TemporaryFolder folder;
    std::vector<std::string> files;
    for (const auto& page : pages) {
        files.push_back((folder / fmt::format("{}.html", files.size())).string());
        std::ofstream(files.back()) << page;
    }
    const auto jobs = folder / "jobs", out = folder / "blocks";
    std::ofstream(jobs) << Json(files).dump();
    const auto tracer = source_root() / "tests/web/trace_units.js";
    const auto command = fmt::format("'{}' '{}' < '{}' > '{}'", CAROUSEL_NODE, tracer.string(),
                                     jobs.string(), out.string());
    REQUIRE(std::system(command.c_str()) == 0);  // NOLINT: a test's own words
    return Json::parse(read_file(out));
}

/// The largest distance of a byte of a page from its number, in steps.
double farthest(const Json& blocks, const ActivationReport& report) {
    const auto& trace = report.trace;
    const auto& cell = cell_view(report.config.cell);
    REQUIRE(blocks.size() == trace.layers * trace.signals);
    double most = 0;
    for (std::size_t l = 0; l < trace.layers; ++l) {
        for (std::size_t n = 0; n < trace.signals; ++n) {
            const auto& block = blocks[l * trace.signals + n];
            REQUIRE(block.size() == trace.units * trace.length);
            const auto range = cell.signals[n].range;
            for (std::size_t u = 0; u < trace.units; ++u) {
                const auto series = trace.series(l, n, u);
                float scale = range == SignalRange::number ? 1e-6F : 1.0F;
                for (const float value : series) scale = std::max(scale, std::abs(value));
                for (std::size_t t = 0; t < series.size(); ++t) {
                    const auto byte = block[t * trace.units + u].get<double>();
                    const double number = range == SignalRange::opening
                                              ? 255 * double{series[t]}
                                              : 128 + 127 * double{series[t] / scale};
                    most = std::max(most, std::abs(byte - number));
                }
            }
        }
    }
    return most;
}

}  // namespace

TEST_SUITE("app/activation_page") {
    TEST_CASE("what a page computes of each cell are the numbers of its units, in 8 bits") {
        const auto text = verses(3);
        std::vector<std::string> pages;
        std::vector<ActivationReport> reports;
        const auto add = [&](const LoadedModel& loaded, std::string_view text) {
            reports.push_back(inspect_activations({.precision = Precision::int8, .threads = 1},
                                                  loaded, text, k_silent));
            pages.push_back(activation_page(reports.back(), loaded, "verses").html);
        };
        for (int kind = 0; kind < k_cell_count; ++kind) {
            const auto cell = static_cast<CellKind>(kind);
            if (!cell_view(cell).signals.empty()) add(model_of(text, cell), text);
        }
        // Several symbols for a character.
        const auto accents = text + "e\u0301te\u0301\n";
        add(model_of(accents, CellKind::gru, {.normalization = Normalization::nfd}), accents);
        const auto blocks = traced(pages);
        REQUIRE(blocks.size() == reports.size());
        for (std::size_t i = 0; i < reports.size(); ++i) {
            CAPTURE(format_value(reports[i].config.cell));
            CHECK(farthest(blocks[i], reports[i]) < 0.502);
        }
    }

    TEST_CASE("a page is smaller than a third of the numbers that it shows") {
        const auto text = verses(60);
        const auto loaded = model_of(text, CellKind::lstm, {}, 32);
        const auto report = report_of(loaded, text);
        const auto page = activation_page(report, loaded, "verses");
        CHECK(page.characters == report.trace.length);
        CHECK(page.html.size() < report.trace.values.size() / 3);
    }

    TEST_CASE(
        "each character of the text is an element, and hostile ones can neither leave nor hide") {
        const auto text =
            verses(4) +
            "</script><script>alert(1)</script>\u202Eevil & \"quoted\"\n\u05E9\u05DC\u05D5\u05DD e\u0301\n";
        const auto loaded = model_of(text, CellKind::gru, {.normalization = Normalization::nfd});
        const auto page = activation_page(report_of(loaded, text), loaded, "<b>title</b>").html;
        CHECK(page.find("<script>alert") == std::string::npos);
        CHECK(page.find("<i>&lt;</i><i>/</i><i>s</i>") != std::string::npos);
        CHECK(page.find("<b>title") == std::string::npos);
        CHECK(page.find("<b>U+202E</b>") != std::string::npos);
        CHECK(page.find("\u202E") == std::string::npos);
        CHECK(page.find("<i>e\u0301</i>") != std::string::npos);
        CHECK(page.find("<p dir=\"rtl\"><i>\u05E9</i>") != std::string::npos);
        CHECK(page.find("<i class=\"n\" data-k=\"n\"></i></p>") != std::string::npos);
        CHECK(own_file(page) == OwnFile::page);
        CHECK(page.find("default-src 'none'") != std::string::npos);
    }

    TEST_CASE("a page names no path and no corpus of the model") {
        const auto text = verses(4);
        const auto loaded = model_of(text);
        const auto page = activation_page(report_of(loaded, text), loaded, "verses").html;
        CHECK(page.find("secret") == std::string::npos);
        CHECK(page.find("/home") == std::string::npos);
    }

    TEST_CASE(
        "in every cell the page and the tables say how much is kept, or that nothing says it") {
        const auto text = verses(6);
        for (int kind = 0; kind < k_cell_count; ++kind) {
            CAPTURE(k_cell_words[kind]);
            const auto cell = static_cast<CellKind>(kind);
            if (cell_view(cell).signals.empty()) continue;
            const auto loaded = model_of(text, cell);
            const auto report = report_of(loaded, text);
            const auto facts =
                Json::parse(element(activation_page(report, loaded, "v").html, "facts"));
            const bool gated = kept_share(cell_view(cell)).has_value();
            CHECK(facts["memory"].size() == (gated ? 2 : 0));
            CHECK(facts["about_forgetting"].get<std::string>().empty() == gated);
            const bool says = activation_text(report).find("no forget gate") != std::string::npos;
            CHECK(says != gated);
            CHECK(facts["signals"].size() == report.trace.signals);
        }
    }

    TEST_CASE("a page holds the lists that are told as JSON") {
        const auto text = verses(30);
        const auto loaded = model_of(text);
        const auto report = report_of(loaded, text);
        const auto facts = Json::parse(element(activation_page(report, loaded, "v").html, "facts"));
        const auto json = Json::parse(activation_json(report, "m.carousel", "verses.txt"));
        for (const char* list : {"features", "gates", "memory", "boundaries"}) {
            CAPTURE(list);
            CHECK(!json[list].empty());
            CHECK(facts[list] == json[list]);
        }
    }

    TEST_CASE("what is found is told as JSON, layers from 1 and units from 0") {
        const auto text = verses(30);
        const auto loaded = model_of(text);
        const auto report = report_of(loaded, text);
        const auto json = Json::parse(activation_json(report, "m.carousel", "verses.txt"));
        CHECK(json["characters"] == report.trace.length);
        CHECK(json["cell"] == "lstm");
        CHECK(json["memory"].size() == 2);
        CHECK(json["memory"][0]["characters"].size() == 12);
        const auto& best = json["features"][0];
        CHECK(best["units"][0]["layer"].get<std::size_t>() ==
              report.features[0].units[0].place.layer + 1);
        CHECK(std::abs(best["units"][0]["measured"].get<double>()) > 0.3);
        CHECK(best["untrained"].is_number());
    }

    TEST_CASE("8 bits of the weights give other numbers, and they are shown") {
        const auto text = verses(8);
        const auto loaded = model_of(text);
        const auto plain = report_of(loaded, text);
        const auto rounded = inspect_activations({.precision = Precision::int8, .threads = 1},
                                                 loaded, text, k_silent);
        CHECK(rounded.trace.values != plain.trace.values);
        CHECK(rounded.precision == Precision::int8);
        CHECK(std::abs(rounded.bits_per_character() - plain.bits_per_character()) < 0.1);
    }

    TEST_CASE("a text of a few characters is refused, with how many it takes") {
        const auto loaded = model_of(verses(2));
        CHECK_THROWS_WITH_AS(report_of(loaded, "The wheel"), doctest::Contains("at least 50"),
                             UsageError);
    }
}
