#include "report/page.hpp"

#include <doctest/doctest.h>

#include "report/page_style.hpp"
#include "support/well_formed.hpp"

using namespace carousel;

namespace {

const std::string k_trap =
    std::string("</title></style><script>x</script>&\"'\u202e\x1b\xff") + '\0';

}  // namespace

TEST_SUITE("report/page") {
    TEST_CASE("whatever is put in, the page is well-formed and reaches for nothing") {
        Page page(k_trap, k_trap);
        page.add_figures({{k_trap, k_trap}});
        page.add_heading(k_trap);
        page.add_subheading(k_trap);
        page.add_paragraph(k_trap);
        page.add_scale();
        page.add_lines({{.name = k_trap, .characters = 1, .bits_per_character = 1},
                        {.place = {2, 3}, .name = k_trap, .linked = true}});
        page.add_command(k_trap);
        page.add_tables({{k_trap, {{k_trap, k_trap}, {"", ""}}}, {"", {}}});
        page.add_grid({{k_trap, ""}, {{k_trap, k_trap}, {}}});
        page.add_samples({{k_trap, k_trap}});
        const auto html = page.html();
        CHECK(WellFormed::flaw(html) == "");
        CHECK(reach(html) == "");
        CHECK(html.find("\u202e") == std::string::npos);
    }

    TEST_CASE("the page lets nothing be loaded or run, and follows the reader's colours") {
        const auto html = Page("title", "kind").html();
        CHECK(html.starts_with("<!DOCTYPE html>\n<html lang=\"en\">"));
        CHECK(html.find("default-src 'none'") != std::string::npos);
        CHECK(html.find("<title>title</title>") != std::string::npos);
        CHECK(html.find("@media (prefers-color-scheme: dark)") != std::string::npos);
        CHECK(html.find("width=device-width") != std::string::npos);
    }

    TEST_CASE("the style names each colour for light and dark, and holds nothing of HTML") {
        const auto style = page_style();
        CHECK(style.find_first_of("<&") == std::string::npos);
        for (const char* name : {"--paper:", "--ink:", "--s1:", "--i8:", "--c0:", "--soft:"}) {
            const auto light = style.find(name);
            REQUIRE_MESSAGE(light != std::string::npos, name);
            CHECK_MESSAGE(style.find(name, light + 1) != std::string::npos, name);
        }
    }

    TEST_CASE("what is added stands in its order") {
        Page page("t", "k");
        page.add_paragraph("first");
        page.add_tables({{"second", {{"name", "value"}}}});
        page.add_grid({{"", "one", "two"}, {{"row", "1", "2"}}});
        page.add_samples({{"third", "a\n\tb"}});
        const auto html = page.html();
        CHECK(html.find("first") < html.find("second"));
        CHECK(html.find("name</th><td>value") < html.find("third"));
        CHECK(html.find("<th scope=\"row\">row</th><td data-c=\"one\">1</td><td "
                        "data-c=\"two\">2</td>") != std::string::npos);
        CHECK(html.find("<p>a</p><p>\tb</p>") != std::string::npos);
    }

    TEST_CASE("a page loads itself anew only where it is to, and tells whose it is") {
        Page page("t", "k");
        CHECK(page.html().find("refresh") == std::string::npos);
        page.reload_every(5);
        const auto html = page.html();
        CHECK(html.find("<meta http-equiv=\"refresh\" content=\"5\"/>") != std::string::npos);
        CHECK(WellFormed::flaw(html) == "");
        CHECK(html.find("<meta name=\"generator\" content=\"Carousel\"/>") < 150);
    }

    TEST_CASE("a line of the list leads to its place in the text") {
        Page page("t", "k");
        page.add_lines({{.place = {0, 12}, .name = "line 12", .linked = true},
                        {.place = {0, 99}, .name = "line 99"}});
        const auto html = page.html();
        CHECK(html.find("<span id=\"s1\"><a href=\"#l0-12\">line 12</a></span>") !=
              std::string::npos);
        CHECK(html.find("<span id=\"s2\">line 99</span>") != std::string::npos);
    }
}
