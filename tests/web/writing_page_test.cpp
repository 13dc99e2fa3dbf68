#include "web/writing_page.hpp"
#include "web/embedded_data.hpp"

#include <doctest/doctest.h>

#include "web/scripts.hpp"

using namespace carousel;

namespace {

std::size_t count(std::string_view text, std::string_view part) {
    std::size_t found = 0;
    for (auto at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++found;
    return found;
}

}  // namespace

TEST_SUITE("web/writing_page") {
    TEST_CASE("bytes become base64 as in the examples of RFC 4648") {
        CHECK(base64("").empty());
        CHECK(base64("f") == "Zg==");
        CHECK(base64("fo") == "Zm8=");
        CHECK(base64("foo") == "Zm9v");
        CHECK(base64("foobar") == "Zm9vYmFy");
        CHECK(base64(std::string_view("\xff\xfe\0", 3)) == "//4A");
    }

    TEST_CASE("what a model says can neither leave its element nor load anything") {
        const auto plain = writing_page_html({"m", "", "{}", ""});
        const auto hostile = writing_page_html(
            {"m", "", R"({"symbols":["</script><img src=http://a>","<!--"]})", ""});
        for (const char* part : {"</script", "<img", "<!--", "http"})
            CHECK(count(hostile, part) == count(plain, part) + (part[0] == 'h' ? 1 : 0));
        CHECK(hostile.find(R"("\u003c/script>\u003cimg src=http://a>")") != hostile.npos);
        CHECK(count(plain, "default-src 'none'") == 1);
        CHECK(count(plain, "src=") == 0);
        CHECK(count(plain, "://") == 0);
    }

    TEST_CASE("no script or style of the page can end its element") {
        for (const auto text : {engine_scripts(), view_scripts(), writing_style()}) {
            CHECK(text.size() > 1000);
            CHECK(count(text, "</") == 0);
            CHECK(count(text, "<!--") == 0);
        }
    }
}
