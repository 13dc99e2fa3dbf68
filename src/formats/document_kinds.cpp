#include "formats/document_kinds.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace carousel {

namespace {

template <std::size_t N>
bool is_one_of(std::string_view word, const std::array<std::string_view, N>& words) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

class HtmlPage : public DocumentLayout {
    static constexpr std::array<std::string_view, 12> k_no_text{
        "head",   "script", "style",  "template", "noscript", "svg",
        "object", "iframe", "select", "textarea", "audio",    "video"};
    static constexpr std::array<std::string_view, 12> k_paragraphs{
        "p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "table", "hr", "dl"};
    static constexpr std::array<std::string_view, 18> k_lines{
        "div",  "li",      "tr",      "ul",         "ol",      "dt",
        "dd",   "section", "article", "main",       "caption", "address",
        "form", "header",  "footer",  "figcaption", "nav",     "aside"};

    bool leaves_out(std::string_view element, const Attributes&) const override {
        return is_one_of(element, k_no_text);
    }
    void begin(std::string_view element, const Attributes&) override {
        if (element == "pre") ++preformatted_;
        if (element == "br") return layout_.break_line();
        if (element == "td" || element == "th") return layout_.text(" ");
        edge(element);
    }
    void finish(std::string_view element) override {
        if (element == "pre" && preformatted_ > 0) --preformatted_;
        edge(element);
    }
    void edge(std::string_view element) {
        if (is_one_of(element, k_paragraphs)) layout_.separate();
        if (is_one_of(element, k_lines)) layout_.end_line();
    }
    void write(std::string_view piece) override {
        preformatted_ > 0 ? layout_.preformatted(piece) : layout_.text(piece);
    }

    int preformatted_ = 0;
};

/// word/document.xml of a .docx.
class WordDocument : public DocumentLayout {
    bool leaves_out(std::string_view element, const Attributes&) const override {
        // A fallback says again what its alternative has said.
        return element == "Fallback" || element == "delText" || element == "instrText" ||
               element == "del" || element == "moveFrom";
    }
    void begin(std::string_view element, const Attributes&) override {
        if (element == "t") in_text_ = true;
        if (element == "tab") layout_.preformatted("\t");
        if (element == "br" || element == "cr") layout_.break_line();
        if (element == "noBreakHyphen") layout_.preformatted("\u2011");
    }
    void finish(std::string_view element) override {
        if (element == "t") in_text_ = false;
        if (element == "p") layout_.break_line();
    }
    void write(std::string_view piece) override {
        if (in_text_) layout_.preformatted(piece);
    }

    bool in_text_ = false;
};

/// content.xml of an .odt.
class OpenDocument : public DocumentLayout {
    bool leaves_out(std::string_view element, const Attributes&) const override {
        return element == "annotation" || element == "tracked-changes" || element == "note" ||
               element == "automatic-styles" || element == "scripts" ||
               element == "font-face-decls";
    }
    void begin(std::string_view element, const Attributes& attributes) override {
        if (element == "p" || element == "h") ++paragraph_;
        if (element == "tab") layout_.preformatted("\t");
        if (element == "line-break") layout_.break_line();
        if (element == "s") layout_.preformatted(std::string(blanks(attributes), ' '));
    }
    void finish(std::string_view element) override {
        if (element != "p" && element != "h") return;
        if (paragraph_ > 0) --paragraph_;
        layout_.break_line();
    }
    void write(std::string_view piece) override {
        if (paragraph_ > 0) layout_.text(piece);
    }
    static std::size_t blanks(const Attributes& attributes) {
        constexpr std::size_t k_most = 1000;
        const auto word = attribute(attributes, "c");
        std::size_t count = 1;
        std::from_chars(word.data(), word.data() + word.size(), count);
        return std::min(count, k_most);
    }

    int paragraph_ = 0;
};

class FictionBook : public DocumentLayout {
    bool leaves_out(std::string_view element, const Attributes&) const override {
        return element == "description" || element == "binary" || element == "stylesheet";
    }
    void begin(std::string_view element, const Attributes&) override {
        if (element == "FictionBook") is_book_ = true;
        edge(element);
    }
    void finish(std::string_view element) override { edge(element); }
    void edge(std::string_view element) {
        static constexpr std::array<std::string_view, 9> k_apart{
            "section", "title", "subtitle",   "epigraph", "poem",
            "stanza",  "cite",  "empty-line", "body"};
        static constexpr std::array<std::string_view, 5> k_lines{"p", "v", "text-author", "date",
                                                                 "tr"};
        if (is_one_of(element, k_apart)) layout_.separate();
        if (is_one_of(element, k_lines)) layout_.end_line();
    }
    void write(std::string_view piece) override {
        if (is_book_) layout_.text(piece);
    }

    bool is_book_ = false;
};

}  // namespace

std::unique_ptr<DocumentLayout> html_page() {
    return std::make_unique<HtmlPage>();
}

std::unique_ptr<DocumentLayout> word_document() {
    return std::make_unique<WordDocument>();
}

std::unique_ptr<DocumentLayout> open_document() {
    return std::make_unique<OpenDocument>();
}

std::unique_ptr<DocumentLayout> fiction_book() {
    return std::make_unique<FictionBook>();
}

}  // namespace carousel
