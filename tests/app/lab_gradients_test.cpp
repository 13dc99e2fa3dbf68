#include "app/lab_gradients.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace carousel;

namespace {

GradientReport short_report() {
    return run_gradients({.cells = {CellKind::rnn, CellKind::gru}, .updates = 2}, 62, 1,
                         [](CellKind, int) { return true; });
}

}  // namespace

TEST_SUITE("app/lab_gradients") {
    TEST_CASE("curves of all cells stand in table, JSON, page and drawing") {
        const auto report = short_report();
        REQUIRE(report.curves.size() == 2);
        for (const auto& text : {gradient_table(report), gradient_json(report),
                                 gradient_page(report), gradient_svg(report)}) {
            CHECK(text.find("rnn") != std::string::npos);
            CHECK(text.find("gru") != std::string::npos);
            CHECK(text.find("carousel") != std::string::npos);
        }
        CHECK(gradient_table(report).find("of h") != std::string::npos);
        CHECK(gradient_table(report).find("gru             z") != std::string::npos);
        CHECK(gradient_json(report).find("\"gate\":\"z\"") != std::string::npos);
        CHECK(gradient_page(report).find("distracted") != std::string::npos);
        const auto svg = gradient_svg(report);
        CHECK(svg.find("<svg xmlns=\"http://www.w3.org/2000/svg\"") == 0);
        CHECK(svg.find("figure>") == std::string::npos);
        CHECK(gradient_json(report) == gradient_json(short_report()));
    }

    TEST_CASE("progress tells every batch of every cell") {
        int told = 0;
        run_gradients({.cells = {CellKind::rnn}, .updates = 3}, 62, 1,
                      [&](CellKind cell, int update) {
                          CHECK(cell == CellKind::rnn);
                          CHECK(update == told++);
                          return true;
                      });
        CHECK(told == 3);
    }
}
