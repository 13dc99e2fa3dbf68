#include "web/units_page.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "web/embedded_data.hpp"
#include "web/scripts.hpp"

using namespace carousel;

namespace {

std::size_t occurrences(std::string_view text, std::string_view part) {
    std::size_t found = 0;
    for (auto at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++found;
    return found;
}

}  // namespace

TEST_SUITE("web/units_page") {
    TEST_CASE("what was found can neither leave its element nor load anything") {
        const auto plain =
            units_page_html({.title = "t", .style = "", .facts = "{}", .text = "", .data = {}});
        const auto hostile = units_page_html({.title = "t",
                                              .style = "",
                                              .facts = R"({"symbols":["</script><img src=a>"]})",
                                              .text = "",
                                              .data = {}});
        for (const char* part : {"</script", "<img"})
            CHECK(occurrences(hostile, part) == occurrences(plain, part));
        CHECK(occurrences(plain, "default-src 'none'") == 1);
        CHECK(occurrences(plain, " src=") == 0);
        CHECK(occurrences(plain, "https://") == 0);
    }

    TEST_CASE("the text stands where the body has its place, and each block under its name") {
        const auto page = units_page_html({.title = "t",
                                           .style = "",
                                           .facts = "{}",
                                           .text = "<p>here</p>",
                                           .data = {{.name = "s0-1", .bytes = "foobar"}}});
        CHECK(page.find("%TEXT%") == std::string::npos);
        CHECK(page.find("<p>here</p>") < page.find("id=\"keys\""));
        CHECK(page.find("id=\"s0-1\">Zm9vYmFy</script>") != std::string::npos);
    }

    TEST_CASE("no script or style of the page can end its element") {
        for (const auto text : {units_scripts(), units_style()}) {
            CHECK(text.size() > 1000);
            CHECK(occurrences(text, "</") == 0);
            CHECK(occurrences(text, "<!--") == 0);
        }
    }

    TEST_CASE("what a script asks for by its name is in the body or among the blocks") {
        const auto scripts = units_scripts();
        const auto body = units_body();
        std::size_t asked = 0;
        for (auto at = scripts.find("by_id('"); at != scripts.npos;
             at = scripts.find("by_id('", at + 1)) {
            const auto begin = at + 7;
            const std::string name(scripts.substr(begin, scripts.find('\'', begin) - begin));
            if (name == "facts" || name == "text") continue;
            CAPTURE(name);
            CHECK(occurrences(body, "id=\"" + name + "\"") == 1);
            ++asked;
        }
        CHECK(asked > 15);
    }
}
