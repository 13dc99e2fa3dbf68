#include "app/activation_page.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "app/activation_json.hpp"
#include "app/activation_text.hpp"
#include "base/error.hpp"
#include "base/own_file.hpp"
#include "model/cell_signals.hpp"
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
                     const TextSettings& settings = {}) {
    auto tokenizer = tokenizer_of(text, settings);
    Snapshot snapshot;
    snapshot.text = settings;
    snapshot.model = {.cell = cell,
                      .vocabulary_size = static_cast<std::int64_t>(tokenizer.vocabulary().size()),
                      .layers = 2,
                      .hidden_size = 12,
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

std::string from_base64(std::string_view text) {
    std::string bytes;
    std::uint32_t group = 0;
    int bits = 0;
    for (const char c : text) {
        const auto place =
            std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
                .find(c);
        if (place == std::string_view::npos) break;
        group = group << 6 | static_cast<std::uint32_t>(place);
        bits += 6;
        if (bits < 8) continue;
        bits -= 8;
        bytes += static_cast<char>(group >> bits & 0xFFU);
    }
    return bytes;
}

}  // namespace

TEST_SUITE("app/activation_page") {
    TEST_CASE("the bytes of a page are the numbers of the units, to a step of the scale") {
        const auto text = verses(20);
        const auto loaded = model_of(text);
        const auto report = report_of(loaded, text);
        const auto page = activation_page(report, loaded, "verses");
        CHECK(page.characters == report.trace.length);
        const auto scales = from_base64(element(page.html, "scales"));
        const auto facts = Json::parse(element(page.html, "facts"));
        for (std::size_t n = 0; n < report.trace.signals; ++n) {
            const auto bytes = from_base64(element(page.html, "s1-" + std::to_string(n)));
            REQUIRE(bytes.size() == report.trace.units * report.trace.length);
            const bool opening = facts["signals"][n]["range"] == "opening";
            for (std::size_t u = 0; u < report.trace.units; ++u) {
                float scale = 0;
                std::memcpy(
                    &scale,
                    scales.data() + 4 * ((report.trace.signals + n) * report.trace.units + u), 4);
                for (std::size_t t = 0; t < report.trace.length; t += 13) {
                    const auto byte =
                        static_cast<unsigned char>(bytes[u * report.trace.length + t]);
                    const float value = opening ? static_cast<float>(byte) / 255
                                                : (static_cast<float>(byte) - 128) / 127 * scale;
                    REQUIRE(std::abs(value - report.trace.series(1, n, u)[t]) <= scale / 127);
                }
            }
        }
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
            CHECK(facts["memories"].size() == (gated ? 2 : 0));
            CHECK(facts["about_forgetting"].get<std::string>().empty() == gated);
            const bool says = activation_text(report).find("no forget gate") != std::string::npos;
            CHECK(says != gated);
            CHECK(facts["signals"].size() == report.trace.signals);
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
