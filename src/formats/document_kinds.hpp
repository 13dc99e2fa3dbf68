#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "formats/markup.hpp"
#include "formats/text_layout.hpp"

namespace carousel {

/// Lays out the text of one kind of markup; whole elements are left out of it.
class DocumentLayout : public MarkupListener {
public:
    void start(std::string_view element, const Attributes& attributes) final {
        if (leaves_out(element, attributes)) {
            left_out_.emplace_back(element);
        } else if (left_out_.empty()) {
            begin(element, attributes);
        } else if (element == left_out_.back()) {
            left_out_.emplace_back(element);
        }
    }
    void end(std::string_view element) final {
        if (left_out_.empty()) return finish(element);
        if (element == left_out_.back()) left_out_.pop_back();
    }
    void text(std::string_view piece) final {
        if (left_out_.empty()) write(piece);
    }
    /// The text, once all has been read.
    std::string take() { return layout_.take(); }

protected:
    virtual bool leaves_out(std::string_view element, const Attributes& attributes) const = 0;
    virtual void begin(std::string_view element, const Attributes& attributes) = 0;
    virtual void finish(std::string_view element) = 0;
    virtual void write(std::string_view piece) { layout_.text(piece); }

    TextLayout layout_;

private:
    std::vector<std::string> left_out_;  // open elements that are, outermost first
};

std::unique_ptr<DocumentLayout> html_page();
std::unique_ptr<DocumentLayout> word_document();  ///< word/document.xml of a .docx
std::unique_ptr<DocumentLayout> open_document();  ///< content.xml of an .odt
std::unique_ptr<DocumentLayout> fiction_book();   ///< an .fb2

}  // namespace carousel
